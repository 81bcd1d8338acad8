"""What was sent, from its opening on."""
