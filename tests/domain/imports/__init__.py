"""Tests of how files of sales are read."""
