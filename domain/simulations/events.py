"""The kinds of events of simulations."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.events import EventKind, EventSpec, EventVisibility, Subject, SubjectKind
from domain.node_kinds import NodeKind
from domain.permissions import Permission


def _of_simulation(description: str) -> EventSpec:
    return EventSpec(
        object=NodeKind.SIMULATION,
        permission=Permission.SCHEME_SIMULATE,
        visibility=EventVisibility.SCHEME,
        subjects=frozenset({SubjectKind.SCHEME}),
        description=description,
    )


EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {
        EventKind.SIMULATION_STARTED: _of_simulation("A simulation of a scheme was started."),
        EventKind.SIMULATION_FINISHED: _of_simulation("A simulation of a scheme is finished, and has its result."),
    }
)


def about_simulation(scheme_id: UUID) -> tuple[Subject, ...]:
    """The subjects of an event of a simulation: its scheme."""
    return (Subject(SubjectKind.SCHEME, scheme_id),)
