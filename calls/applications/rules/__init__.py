"""Rules of what an application asks and lacks."""
