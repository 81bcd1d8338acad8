"""Rules of scoring and of what an evaluator reads."""
