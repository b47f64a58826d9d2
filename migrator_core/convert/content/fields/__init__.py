"""The fields of a message that tell something beside its ``content``."""
