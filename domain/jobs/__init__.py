"""Jobs: background work with a status, progress, retries, and an owner."""
