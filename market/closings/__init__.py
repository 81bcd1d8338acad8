"""Closing a group order: what is still wrong, the dry run, and the act itself."""
