"""Points: how many a sale earns, and why."""
