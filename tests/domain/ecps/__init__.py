"""Tests of domain.ecps."""
