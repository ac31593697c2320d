"""Tests of db.embedded."""
