"""What a row consists of, and what to do where backup and Open WebUI differ: no I/O."""
