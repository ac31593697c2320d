"""Tests of domain.catalog."""
