"""Notifications: sent in the transaction of a mutation, listed, and marked as read."""
