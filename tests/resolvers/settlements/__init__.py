"""Settlements: the job, the ledger, and what runs beside them."""
