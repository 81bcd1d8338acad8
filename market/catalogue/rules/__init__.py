"""Rules of what a product is, costs and weighs."""
