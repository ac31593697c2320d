"""Demo enrollments: the ECPs in each scheme."""
