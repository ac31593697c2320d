"""Sales in the public schema."""
