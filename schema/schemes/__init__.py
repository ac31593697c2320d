"""Schemes: content, wizard, review, stages."""
