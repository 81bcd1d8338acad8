"""Score sheets and the queue they are filled in from."""
