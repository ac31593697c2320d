"""Tests of consignments."""
