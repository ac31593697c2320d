"""Jobs: queued by any area, run by workers, and followed, canceled, and retried by their owners."""
