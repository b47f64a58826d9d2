"""What can be done with a backup and an Open WebUI: a run or its preview, and past runs."""
