"""Tests of graphql_api.demo."""
