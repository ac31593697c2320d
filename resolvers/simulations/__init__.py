"""Simulations of schemes: start one, replay it in the background, and read what came of it."""
