"""Tests of db.rules."""
