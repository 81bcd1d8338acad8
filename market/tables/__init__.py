"""Everything a purchasing centre keeps, split by noun.

Quantities are integers in the unit of the product (pieces, grams, millilitres), amounts
are integer cents, instants are UTC.
"""
