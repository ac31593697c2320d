"""Live events: one tailer per process reads the outbox, and the hub feeds every subscription from it."""
