"""Bonus rules: conditions, rewards and limits."""
