"""Tests of domain.redemptions."""
