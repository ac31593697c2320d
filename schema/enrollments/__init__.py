"""Enrollments: the ECPs in each scheme, and their applications."""
