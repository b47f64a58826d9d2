"""What is said in the chat, and how it appears there."""
