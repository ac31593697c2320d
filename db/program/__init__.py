"""The program: its settings and the log of their changes."""
