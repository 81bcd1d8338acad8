"""PostgreSQL as our own server: clusters, programs, databases, locks."""
