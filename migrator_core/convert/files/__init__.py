"""File records and the bytes that stand for them."""
