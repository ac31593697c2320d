"""Tests of resolvers.schemes."""
