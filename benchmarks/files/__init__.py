"""Measurement of files: many large uploads and downloads at once, beside a bare server that only hashes."""
