"""Enrolling: who may take part in a scheme and when, and what becomes of an enrollment."""
