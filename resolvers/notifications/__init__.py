"""Notifications: what somebody is told, and what they have read."""
