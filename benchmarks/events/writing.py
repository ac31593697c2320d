"""Writers: transactions that only append the events of a save to the outbox."""

import asyncio
import itertools
from time import monotonic
from typing import Any, Final
from uuid import UUID

import uuid_utils.compat
from msgspec import Struct

from benchmarks.events.place import Place
from db.database import Database
from db.outbox.changes import NewEvent, append_events
from db.schemes.changes import add_activity
from domain.events import EventKind
from domain.schemes.content import FieldDifference
from domain.schemes.events import about_scheme
from domain.schemes.scheme_name import SchemeName
from domain.schemes.stages import WizardStepKind
from domain.schemes.stored_facts import StepSaved
from graphql_api.context import utc_now

# The changes of one save; with them, an answer to the document of the benchmark has about a kilobyte.
CHANGES: Final = (
    FieldDifference("title", "Monsoon Care", "Monsoon Care for workshops in Pune, Mumbai and Mysuru"),
    FieldDifference("description", "For workshops.", "For workshops that sell engine oil, and for those who fit it."),
    FieldDifference("enrollmentClosesOn", "2026-04-30", "2026-05-15"),
    FieldDifference("budget", 250_000, 400_000),
)
FACT: Final = StepSaved(SchemeName("Monsoon Care"), {})
# Each save of a step needs a distinct version; one run writes from one process.
_versions = itertools.count(1)


class Saved(Struct, frozen=True):
    """One transaction: its activities, and when COMMIT was sent, in seconds of `time.monotonic`."""

    activities: list[UUID]
    sent_at: float


class Writer:
    """Commits saves of steps to the schemes of a place; each save is an activity and its event."""

    def __init__(self, database: Database, place: Place) -> None:
        self._database = database
        self._place = place

    async def save(self, scheme_ids: list[UUID], hold: float = 0.0) -> Saved:
        """Write one save for each of the ids, hold the transaction open for `hold` seconds, and commit."""
        async with self._database.writing() as session:
            activities = [await self._add(session, scheme_id) for scheme_id in scheme_ids]
            now = utc_now()
            events = [
                NewEvent(EventKind.SCHEME_STEP_SAVED, activity_id, about_scheme(scheme_id))
                for activity_id, scheme_id in zip(activities, scheme_ids, strict=True)
            ]
            await append_events(session, events, now)
            if hold:
                await asyncio.sleep(hold)
            sent_at = monotonic()
        return Saved(activities, sent_at)

    async def _add(self, session: Any, scheme_id: UUID) -> UUID:
        activity_id = uuid_utils.compat.uuid7()
        await add_activity(
            session,
            activity_id=activity_id,
            scheme_id=scheme_id,
            kind=EventKind.SCHEME_STEP_SAVED,
            actor_id=self._place.account_id,
            at=utc_now(),
            fact=FACT,
            section=WizardStepKind.BASICS,
            version=next(_versions),
            changes=CHANGES,
        )
        return activity_id
