"""Tests of db.points."""
