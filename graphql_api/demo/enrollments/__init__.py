"""Demo enrollments: who takes part in which scheme."""
