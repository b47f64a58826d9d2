"""The phases of a run, one module for each kind of thing."""
