"""Shipping documents as PDF."""
