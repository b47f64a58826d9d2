"""Rows that are there already: what they hold now, and bringing them up to date."""
