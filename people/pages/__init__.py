"""Pages of the people house."""
