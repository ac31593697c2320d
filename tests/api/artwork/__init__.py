"""Artwork over HTTP."""
