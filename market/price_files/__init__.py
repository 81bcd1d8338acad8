"""Price lists as files: read, compared, applied, written."""
