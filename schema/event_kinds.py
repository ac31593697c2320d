"""The enum of event kinds."""

from domain.events import EventKind
from resolvers.events.table import EVENTS
from schema.descriptions import described

described(EventKind, "The kind of an event.", {kind: spec.description for kind, spec in EVENTS.items()})

__all__ = ["EventKind"]
