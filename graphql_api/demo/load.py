"""Filling an empty database with the demo data, in one transaction and through the same mutations as everybody.

Only the ECPs of long ago are stored in another way, which leaves the same rows: see `graphql_api.demo.waves`.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from db.accounts.reads import account_count
from db.database import Database
from db.sessions import DuplicateKey, Reading, Writing
from graphql_api.context import Environment
from graphql_api.demo.acts import catch_up, perform
from graphql_api.demo.catalog import put_catalog
from graphql_api.demo.chronicle import ecp_events
from graphql_api.demo.clock import DemoClock
from graphql_api.demo.decided_schemes import DECIDED_SCHEMES
from graphql_api.demo.people import CAUGHT_UP, add_accounts, put_first_admin
from graphql_api.demo.stories import Act
from graphql_api.demo.telling import Event, Scene, Telling, begin
from graphql_api.demo.undecided_schemes import UNDECIDED_SCHEMES

SCHEMES: Final = (*UNDECIDED_SCHEMES, *DECIDED_SCHEMES)

# In minutes: how long somebody takes from one step of the wizard to the next.
_STEP_TAKES: Final = (2, 14)


class _OneTransaction(Database):
    """The database seen from inside a transaction: what operations write joins it and is committed with it.

    It is what makes loading safe to interrupt: whatever ends it early, nothing at all was stored, so there is no half
    of the demo data to detect, to complete or to delete.
    """

    def __init__(self, database: Database, session: Writing) -> None:
        self._whole = database
        self._session = session

    def reading(self, *, fresh: bool = False) -> Reading:
        """Reads beside the transaction; they do not see what it has written."""
        return self._whole.reading(fresh=fresh)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Writing]:
        """The transaction itself; an exception ends all of it."""
        yield self._session


async def load_demo(database: Database, now: datetime) -> bool:
    """Fill the database if it has no account; the same `now` gives the same data, and all of it lies before `now`.

    Returns whether it did. All or nothing is stored, also when several processes try at the same time.
    """
    if await _has_accounts(database):
        return False
    try:
        async with database.writing() as session:
            await _fill(_OneTransaction(database, session), session, DemoClock(now))
    except DuplicateKey as duplicate:
        # Somebody else has been loading since we looked: our first account waited for theirs to be committed.
        if duplicate.constraint != "uq_account__email":
            raise
        return False
    return True


async def _has_accounts(database: Database) -> bool:
    reading = database.reading(fresh=True)
    try:
        (count,) = await reading.fetch(account_count(searched=False, with_role=False))
    finally:
        await reading.close()
    return count > 0


async def _fill(database: Database, session: Writing, clock: DemoClock) -> None:
    environment = Environment(database=database, clock=clock, new_id=clock.new_id)
    admin = await put_first_admin(session, clock)
    catalog = await put_catalog(session, clock.new_id)
    people = await add_accounts(environment, clock, admin, catalog.vendors)
    today = clock.now.date()
    tellings = [begin(plan, catalog, today) for plan in SCHEMES]
    # In the order in which things happened, so that codes, ids and times agree.
    events = (*_scheme_events(tellings, clock), *ecp_events(tellings, clock), *_reading_events(clock))
    for event in sorted(events, key=lambda event: event.at):
        clock.set_to(event.at)
        operation = environment.operation(people[event.doer])
        await event.do(Scene(environment, clock, operation, session, catalog, people))


def _scheme_events(tellings: list[Telling], clock: DemoClock) -> Iterator[Event]:
    """What happened to schemes, one after the other."""
    for telling in tellings:
        days_ago = telling.plan.days_ago
        at = clock.days_ago(days_ago)
        for turn in telling.plan.turns:
            if turn.days:
                days_ago -= turn.days
                at = clock.days_ago(days_ago)
            if turn.act is Act.TAKE_EFFECT:
                # The server looks every few seconds.
                at = telling.effective_at + timedelta(seconds=clock.random.randint(1, 5))
            yield Event(at, telling.doer(turn.act), partial(perform, turn.act, telling))
            at += timedelta(minutes=clock.random.randint(*_STEP_TAKES), seconds=clock.random.randrange(60))


def _reading_events(clock: DemoClock) -> Iterator[Event]:
    """Who read what they were told."""
    for person, days_ago in CAUGHT_UP.items():
        yield Event(clock.days_ago(days_ago), person, catch_up)
