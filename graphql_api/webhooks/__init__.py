"""Webhooks on the wire: signatures, checks of addresses, and delivery."""
