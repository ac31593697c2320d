"""Mutations over HTTP, with valid inputs."""
