"""Files over HTTP: uploads, downloads, and the store of contents."""
