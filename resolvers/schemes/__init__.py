"""Schemes: reading them, defining them in five steps, review, submission and approval."""
