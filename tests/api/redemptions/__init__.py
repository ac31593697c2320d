"""Tests of api.redemptions."""
