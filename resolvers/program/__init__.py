"""The program: its settings, their changes, and what a new time zone moves."""
