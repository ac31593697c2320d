"""Live events under load, in short: completeness and order, and the proof that the check can fail."""
