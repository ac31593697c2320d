"""Shipping documents: packing lists of batches, and labels of packs."""
