"""What a call says, from draft to published version."""
