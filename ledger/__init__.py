"""Money: double-entry accounts, journal, statements."""
