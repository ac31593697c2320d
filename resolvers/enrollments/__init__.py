"""Enrollments: who takes part in which scheme, and how that comes about."""
