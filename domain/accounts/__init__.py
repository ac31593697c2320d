"""Accounts and API keys: their events."""
