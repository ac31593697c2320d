"""Tests of graphql_api.jobs."""
