"""Tests of db.enrollments."""
