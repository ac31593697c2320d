"""The outbox of events: tables, rows, and the statements that read and change them."""
