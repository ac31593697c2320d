"""Notifications: their events."""
