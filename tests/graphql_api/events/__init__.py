"""Tests of live events beneath the transports."""
