"""Artwork."""
