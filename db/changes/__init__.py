"""Everything that writes: one function a change, called inside a transaction that somebody else opens and closes."""
