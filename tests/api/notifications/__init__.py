"""Tests of api.notifications."""
