"""Artwork: what its fields and mutations do."""
