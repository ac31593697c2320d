"""Demo bonus rules."""
