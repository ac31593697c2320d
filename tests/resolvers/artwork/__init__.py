"""Artwork: uploads, reviews, and what they hold."""
