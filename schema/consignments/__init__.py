"""Consignments: allocation, batches, movements, and discrepancies."""
