"""Imports of sales from files: how a file is read, and what is wrong with it (R20)."""
