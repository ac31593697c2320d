"""Tests of domain.enrollments."""
