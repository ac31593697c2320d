"""Tests of graphql_api.downloads."""
