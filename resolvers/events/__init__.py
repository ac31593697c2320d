"""Events: telling of them, places in the stream, and what can be followed."""
