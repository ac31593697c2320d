"""Files: what may be uploaded for what, and what content is rejected."""
