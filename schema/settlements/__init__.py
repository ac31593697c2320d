"""Settlements of schemes."""
