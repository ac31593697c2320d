"""Tests of bonus rules."""
