"""Shipping documents of batches and packs."""
