"""Helpers for tests of bonus rules."""
