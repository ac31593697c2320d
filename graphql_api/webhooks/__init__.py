"""Webhooks on the wire: signing them, checking where they go, and sending them."""
