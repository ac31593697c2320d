"""Uploaded files: the inspection of their content, and thumbnails."""
