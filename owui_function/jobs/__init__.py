"""Previews and runs that go on inside the server, and what is left of them."""
