"""Tests of db.schemes."""
