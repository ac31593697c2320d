"""The points that sales earn, and why."""
