"""Files that messages refer to: how they are found, and how they are shown."""
