"""From rows of conversion to rows of Open WebUI's tables."""
