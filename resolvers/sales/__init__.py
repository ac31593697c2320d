"""Sales that connected systems report: recording, correcting, returning, and parking."""
