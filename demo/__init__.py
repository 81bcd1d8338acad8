"""The inhabited demo world."""
