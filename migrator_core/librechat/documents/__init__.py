"""Pydantic models of LibreChat's documents, lenient on what every version since 0.7 wrote."""
