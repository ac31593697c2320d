"""Accounts, roles, API keys and the viewer."""
