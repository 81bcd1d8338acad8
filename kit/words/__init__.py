"""Languages: what is shown, and the catalogues of translation."""
