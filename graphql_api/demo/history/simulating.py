"""A simulation of the draft revision over the last months, whose job a server runs."""

from datetime import timedelta
from typing import Final

from db.demo.reads import DRAFT_REVISION
from graphql_api.demo.accounts.people import Person
from graphql_api.demo.history.desk import Desk
from resolvers.simulations.simulate_scheme import SimulateScheme, simulate_scheme

_DAYS: Final = 120


async def start_simulation(desk: Desk) -> None:
    """Let the manager try the draft revision on the sales until now; nothing if there is none."""
    operation = desk.operation(Person.MANAGER, timedelta())
    for scheme_id in await operation.fetch(DRAFT_REVISION):
        last = (await operation.calendar()).day_of(desk.clock.now)
        await simulate_scheme(operation, SimulateScheme(scheme_id, last - timedelta(days=_DAYS), last))
