"""Solidarity purchasing centres: catalogue, group orders, bookings, settling."""
