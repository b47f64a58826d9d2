"""What is written into Open WebUI: one registry of its tables and of the rows that go there."""
