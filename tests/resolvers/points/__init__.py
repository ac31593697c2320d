"""Tests of the facts that value sales."""
