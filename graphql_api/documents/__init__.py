"""Shipping documents over HTTP, set with Typst."""
