"""Artwork: its tables, rows, and the statements that read and change them."""
