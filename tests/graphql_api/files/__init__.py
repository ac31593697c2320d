"""The store of files and its endpoints."""
