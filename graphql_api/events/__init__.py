"""Live events: one tailer a process reads the outbox, and the hub feeds every subscription from it."""

from graphql_api.events.hub import Hub

__all__ = ["Hub"]
