"""Centres, their households and what households are committed to."""
