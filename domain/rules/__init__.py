"""Bonus rules: conditions, rewards and limits; their validation, evaluation, reach, and sentences in plain English."""
