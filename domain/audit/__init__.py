"""The audit log: who did what with what must not leak, when, and from where."""
