"""Enrollments: who takes part in which scheme."""
