"""What producers sell: producers, price lists, their words."""
