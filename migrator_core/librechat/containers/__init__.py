"""How backups hold documents: JSON lines, BSON, mongodump archives, and what they are packed in."""
