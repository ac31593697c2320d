"""Reads of shipping documents."""
