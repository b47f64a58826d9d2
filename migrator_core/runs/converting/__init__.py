"""Conversations converted by other processes, ahead of the one that writes."""
