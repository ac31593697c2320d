"""Statements that look for faults in sales, redemptions, and the ledgers of points."""
