"""Tests of the resolvers of the catalog."""
