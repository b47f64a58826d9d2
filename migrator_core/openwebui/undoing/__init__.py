"""Taking a run back: what goes, what stays because of people, and in which order."""
