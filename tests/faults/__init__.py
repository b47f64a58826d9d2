"""Runs that something breaks at a chosen moment, and what the next run makes of them."""
