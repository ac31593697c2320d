"""Tests of domain.schemes."""
