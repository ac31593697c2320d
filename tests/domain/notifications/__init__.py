"""Tests of notifications in the domain."""
