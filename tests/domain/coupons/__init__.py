"""Tests of domain.webhooks."""
