"""Whether a migration can begin and what to expect of it: what is known before the first write."""
