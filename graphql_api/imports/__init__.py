"""Imports of sales by plain HTTP requests, and by the command `tessera import`."""
