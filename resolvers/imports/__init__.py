"""Imports of sales from files: begun by people and connected systems, and done by a job (R20)."""
