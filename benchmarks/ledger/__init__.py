"""Measures sales, redemptions, and the ledger of points, and soaks them."""
