"""The tables of the people house."""
