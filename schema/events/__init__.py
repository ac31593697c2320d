"""Events: their kinds, cursors, and streams that are read a page at a time."""
