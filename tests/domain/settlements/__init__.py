"""Decisions about settlements."""
