"""Tests of domain.points."""
