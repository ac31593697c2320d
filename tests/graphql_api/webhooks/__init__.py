"""Tests of webhooks on the wire."""
