"""Loaders, lists and mutations called directly, not over HTTP."""
