"""Sales: what connected systems may report, and what it means."""
