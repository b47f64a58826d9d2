"""From LibreChat's documents to Open WebUI's rows: pure functions, no I/O, clock or randomness."""
