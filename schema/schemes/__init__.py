"""Schemes: their content, wizard, review and stages."""
