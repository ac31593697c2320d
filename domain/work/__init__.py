"""Work queues: what needs whose action."""
