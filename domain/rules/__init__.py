"""Bonus rules: who and what qualifies, what they get, what is wrong with a rule, and how it reads in plain English."""
