"""Tests of domain.program."""
