"""Rules of the commission."""
