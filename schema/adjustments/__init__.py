"""Adjustments of points by hand."""
