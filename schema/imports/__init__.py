"""Imports of sales."""
