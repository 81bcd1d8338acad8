"""Rules of the ranking."""
