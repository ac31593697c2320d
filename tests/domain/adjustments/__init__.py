"""Decisions about adjustments of points."""
