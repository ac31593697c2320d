"""Jobs: their type, list, mutations, and live progress."""
