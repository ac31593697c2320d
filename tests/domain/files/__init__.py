"""Tests of domain.files."""
