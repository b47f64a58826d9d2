"""What an answer cites: searches, their sources, and the numbers that stand in the text."""
