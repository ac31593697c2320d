"""The table of event kinds over all areas: what each kind of event means, declared once by its area."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from domain.accounts.events import EVENTS as OF_ACCOUNTS
from domain.adjustments.events import EVENTS as OF_ADJUSTMENTS
from domain.catalog.events import EVENTS as OF_CATALOG
from domain.consignments.events import EVENTS as OF_CONSIGNMENTS
from domain.ecps.events import EVENTS as OF_ECPS
from domain.enrollments.events import EVENTS as OF_ENROLLMENTS
from domain.events import EventKind, EventSpec
from domain.imports.events import EVENTS as OF_IMPORTS
from domain.jobs.events import EVENTS as OF_JOBS
from domain.notifications.events import EVENTS as OF_NOTIFICATIONS
from domain.points.events import EVENTS as OF_POINTS
from domain.program.events import EVENTS as OF_PROGRAM
from domain.sales.events import EVENTS as OF_SALES
from domain.schemes.events import EVENTS as OF_SCHEMES
from domain.settlements.events import EVENTS as OF_SETTLEMENTS
from domain.simulations.events import EVENTS as OF_SIMULATIONS
from domain.webhooks.events import EVENTS as OF_WEBHOOKS

AREAS: Final = (
    OF_SCHEMES,
    OF_CONSIGNMENTS,
    OF_ECPS,
    OF_ENROLLMENTS,
    OF_POINTS,
    OF_ADJUSTMENTS,
    OF_SETTLEMENTS,
    OF_SIMULATIONS,
    OF_CATALOG,
    OF_ACCOUNTS,
    OF_NOTIFICATIONS,
    OF_WEBHOOKS,
    OF_PROGRAM,
    OF_JOBS,
    OF_SALES,
    OF_IMPORTS,
)


def merge_areas(areas: Iterable[Mapping[EventKind, EventSpec]]) -> Mapping[EventKind, EventSpec]:
    """One table of all areas, in the order of `EventKind`. Raises TypeError unless every kind has exactly one entry."""
    entries: dict[EventKind, list[EventSpec]] = {kind: [] for kind in EventKind}
    for area in areas:
        for kind, spec in area.items():
            entries[kind].append(spec)
    if wrong := [f"{kind} has {len(specs)} entries" for kind, specs in entries.items() if len(specs) != 1]:
        message = f"every kind of event has one entry, but {', '.join(wrong)}"
        raise TypeError(message)
    return MappingProxyType({kind: spec for kind, (spec,) in entries.items()})


EVENTS: Final = merge_areas(AREAS)
# The kinds of events that can move something into a work queue or out of one.
QUEUE_KINDS: Final = frozenset(kind for kind, spec in EVENTS.items() if spec.queues)
