"""Factories that create objects through the real resolvers."""
