"""Webhooks: the endpoints, what their accounts may be told, and what becomes of each attempt."""
