"""Decisions about sales."""
