"""Consignments: chains of vendors, batches, and the custody of every serial."""
