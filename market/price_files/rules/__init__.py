"""Rules of the files: their format, and what differs."""
