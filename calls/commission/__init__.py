"""Who evaluates, what they declare, what they may see."""
