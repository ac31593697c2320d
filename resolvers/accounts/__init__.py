"""Accounts of people and connected systems: sign-in, roles, and API keys."""
