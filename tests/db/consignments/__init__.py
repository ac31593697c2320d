"""Statements of consignments."""
