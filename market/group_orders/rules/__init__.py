"""Rules of a group order: its states, its cases, its costs."""
