"""Tests of api.work."""
