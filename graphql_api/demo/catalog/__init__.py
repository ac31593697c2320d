"""The demo catalog."""
