"""Webhooks: endpoints, the choice of events for them, and the outcome of each attempt."""
