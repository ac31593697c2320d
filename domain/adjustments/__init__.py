"""Adjustments of points by hand: who may make and decide them, and when a second person must."""
