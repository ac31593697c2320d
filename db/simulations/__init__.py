"""Simulations: their content, what came of them, and the statements that read what they replay."""
