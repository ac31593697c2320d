"""Work queues: what waits for the action of each role."""
