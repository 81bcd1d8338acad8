"""Applications: drafted, with files, sent."""
