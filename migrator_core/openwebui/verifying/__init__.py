"""Reading back what was migrated and comparing it with a fresh conversion; nothing is written."""
