"""Open WebUI's database: the one way to it, and what its errors mean."""
