"""Tests of db.ecps."""
