"""What a centre prints and writes to people."""
