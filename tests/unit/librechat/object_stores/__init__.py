"""The bytes of files in cloud storages."""
