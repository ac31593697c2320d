"""Points: what is earned, and why."""
