"""Public calls: publish, apply, score, rank."""
