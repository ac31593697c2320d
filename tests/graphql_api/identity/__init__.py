"""Tests of issuers, their keys, and their tokens."""
