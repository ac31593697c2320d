"""Background work: what one process does for all of them while it leads."""
