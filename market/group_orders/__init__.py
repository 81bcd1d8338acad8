"""Group orders: opening, finding, watching and cancelling them."""
