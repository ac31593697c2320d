"""Tests of graphql_api.subscriptions."""
