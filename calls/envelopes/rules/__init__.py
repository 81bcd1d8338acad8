"""Rules of what the sent envelopes decide."""
