"""Consignments over HTTP."""
