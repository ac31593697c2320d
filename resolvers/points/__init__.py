"""What sales earn, and why."""
