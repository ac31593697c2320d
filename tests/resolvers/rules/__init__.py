"""Tests of resolvers.rules."""
