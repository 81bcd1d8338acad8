"""A household's booking: holding it, changing it, reading its page."""
