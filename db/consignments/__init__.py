"""Consignments, custody, batches, movements, and discrepancies: tables, rows, and their statements."""
