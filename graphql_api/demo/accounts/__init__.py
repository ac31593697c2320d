"""Demo accounts."""
