"""Rules of a call's text."""
