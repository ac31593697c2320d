"""Tests of identities and registrations."""
