"""What an outside examiner would send: every answer clear, nothing internal, nothing changed."""
