"""Documents of simulations."""

from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

from domain.node_kinds import NodeKind
from domain.permissions import Role
from tests.support.client import gid
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.ledger_desk import LedgerDesk
from tests.support.ledger_story import posted_entry
from tests.support.operations.documents import Prepared
from tests.support.simulations import replay_due, start
from tests.support.world import World

_MAY = date(2026, 5, 1), date(2026, 5, 31)


async def simulation(factory: SchemeFactory, world: World) -> tuple[UUID, UUID]:
    """A draft, and a finished simulation of it over a sale of May; its rule pays Gold 50 points."""
    scheme_id = await factory.complete("Draft")
    enrollments = EnrollmentFactory(factory)
    other = await enrollments.open_scheme("Open")
    ecp_id = await factory.ecps.verified()
    await enrollments.enrolled(other, ecp_id)
    await posted_entry(LedgerDesk(factory.environment, world), ecp_id)
    found = await start(factory.environment, world.viewer(Role.PROGRAM_MANAGER), scheme_id, *_MAY)
    await replay_due(factory.environment)
    return scheme_id, found


async def _starting(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = await factory.complete()
    given = {"schemeId": gid(NodeKind.SCHEME, scheme_id), "from": "2026-01-01", "to": "2026-02-28"}
    return "PROGRAM_MANAGER", {"input": given}


async def _one(factory: SchemeFactory, world: World) -> Prepared:
    _, found = await simulation(factory, world)
    return "PROGRAM_MANAGER", {"id": gid(NodeKind.SIMULATION, found)}


async def _all(factory: SchemeFactory, world: World) -> Prepared:
    await simulation(factory, world)
    return "PROGRAM_MANAGER", {"first": 5}


async def _of_scheme(factory: SchemeFactory, world: World) -> Prepared:
    scheme_id, _ = await simulation(factory, world)
    return "PROGRAM_MANAGER", {"id": gid(NodeKind.SCHEME, scheme_id), "first": 5}


OF_SIMULATIONS: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "portal/SimulateScheme": _starting,
    "portal/Simulation": _one,
    "portal/SimulatedEcps": _one,
    "portal/Simulations": _all,
    "portal/SchemeSimulations": _of_scheme,
}
