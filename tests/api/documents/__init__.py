"""Shipping documents over HTTP."""
