"""Webhooks: which addresses may be called, when to retry, and the state of an endpoint."""
