"""Enrollments: who may enroll in a scheme and when, and what may be done to an enrollment."""
