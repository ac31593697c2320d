"""Tests of domain.audit."""
