"""Accounts, their roles, and API keys: tables, rows, and the statements that read and change them."""
