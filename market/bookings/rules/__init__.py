"""Rules of what may be booked."""
