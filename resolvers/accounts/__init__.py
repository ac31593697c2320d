"""People and connected systems: who signs in, their roles, and API keys."""
