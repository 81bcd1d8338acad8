"""Pacts, labs, civic centres; the home pages, which look at every house below."""
