"""Demo notifications."""
