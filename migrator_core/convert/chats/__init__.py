"""Conversations as chats: the tree, its messages, and what belongs to a chat."""
