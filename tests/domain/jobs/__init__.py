"""Tests of domain.jobs."""
