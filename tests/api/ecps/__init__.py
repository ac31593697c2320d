"""ECPs over HTTP."""
