"""Work queues: what needs the viewer's action."""
