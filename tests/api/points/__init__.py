"""Tests of api.points."""
