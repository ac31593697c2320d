"""Tests of api.program."""
