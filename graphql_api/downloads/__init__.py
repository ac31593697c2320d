"""Downloads by signed links over HTTP."""
