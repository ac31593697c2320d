"""Decisions about consignments."""
