"""Enrollments of ECPs in schemes: requests, decisions, withdrawals and lists."""
