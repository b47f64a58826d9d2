"""Random damage to backups, and what the tool makes of it: ``make fuzz``."""
