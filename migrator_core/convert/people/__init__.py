"""Accounts, groups, and who may use what."""
