"""The audit log: its table, rows, and the statements that read and extend it."""
