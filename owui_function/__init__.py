"""The doors inside Open WebUI: a Pipe and an Action, and the builder of their files."""
