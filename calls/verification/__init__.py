"""What citizens run to check a ranking by themselves."""
