"""Reads of demo data that nothing else needs."""
