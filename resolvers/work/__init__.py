"""Work queues: the objects that wait for an action of the viewer."""
