"""Measurements of background work: files of sales, simulations, and settlements."""
