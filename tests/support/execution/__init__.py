"""Helpers for tests of execution."""
