"""One migration at a time."""
