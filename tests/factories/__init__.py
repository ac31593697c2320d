"""Data that tests start from."""
