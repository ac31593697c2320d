"""Tests of the statements that verify ledgers."""
