"""Open WebUI's file storage: the one way to it, and what its errors mean."""
