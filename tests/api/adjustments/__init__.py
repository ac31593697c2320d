"""Adjustments of points over HTTP."""
