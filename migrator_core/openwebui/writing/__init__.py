"""From the rows of conversion to transactions: what is new, encoded and committed."""
