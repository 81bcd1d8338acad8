"""Setting up, starting, stopping, saving."""
