"""Prompts and agents: what people prepared to be used again."""
