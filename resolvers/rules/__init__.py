"""Bonus rules: loaders, and the ECPs whom rules could reach."""
