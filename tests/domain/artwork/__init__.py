"""Artwork: who may produce and dispatch."""
