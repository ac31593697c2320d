"""Tests of graphql_api.execution."""
