"""Settlements of schemes: frozen, approved by a second person, posted, and reported as paid or failed."""
