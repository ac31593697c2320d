"""Simulations: what real sales and redemptions of a period would have earned under a draft (N7)."""
