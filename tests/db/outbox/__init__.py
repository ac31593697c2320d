"""Tests of db.outbox."""
