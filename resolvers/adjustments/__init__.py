"""Adjustments of points by hand, and the erasure of ECPs with points."""
