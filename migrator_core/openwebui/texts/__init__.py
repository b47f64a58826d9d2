"""The texts of files: decoded here, or read by Open WebUI's own loaders in a process beside us."""
