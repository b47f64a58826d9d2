"""What lies at a path: recognised by content, not by name."""
