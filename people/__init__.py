"""Who is there: persons, sign-in, sessions, roles."""
