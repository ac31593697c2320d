"""Adjustments of points by hand, and the decisions about them."""
