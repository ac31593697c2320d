"""Settlements over HTTP."""
