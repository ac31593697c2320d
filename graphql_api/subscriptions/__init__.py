"""Live events: the tailer of each process reads the outbox, and the hub feeds every subscription from it."""
