"""Calls of tools and runs of code as items of a message's ``output``."""
