"""Rankings: computed, published, verified."""
