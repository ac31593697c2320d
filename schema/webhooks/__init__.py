"""Webhooks: their endpoints, what is delivered, and the same events for systems that poll."""
