"""Tests of api.catalog."""
