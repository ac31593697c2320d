"""Bonus rules: loaders, and the populations of ECPs that rules could reach."""
