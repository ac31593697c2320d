"""Documents of the ledger: the app's, and those of people who answer questions about it."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from msgspec import Struct

from domain.node_kinds import NodeKind
from graphql_api.context import Environment
from tests.support.client import gid
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.ledger_desk import LedgerDesk, Line
from tests.support.ledger_story import day, posted_entry
from tests.support.operations.documents import Prepared
from tests.support.world import World

_EVERYTHING = {"kinds": ["BASE", "BONUS", "REVERSAL"], "from": "2026-03-01", "to": "2026-12-31"}


class _Earned(Struct):
    """A scheme, an ECP who earned in it, the entry, the line of the sale, and a rule, by their global ids."""

    scheme: str
    ecp: str
    entry: str
    line: str
    rule: str


async def _earned(factory: SchemeFactory, world: World) -> _Earned:
    """An ECP who earned."""
    enrollments = EnrollmentFactory(factory)
    scheme_id = await factory.approved()
    rule = (await factory.definition(scheme_id)).content.rules[0]
    other = await enrollments.open_scheme("Open")
    ecp_id = await factory.ecps.verified()
    await enrollments.enrolled(other, ecp_id)
    desk = LedgerDesk(factory.environment, world)
    entry = await posted_entry(desk, ecp_id)
    return _Earned(
        scheme=gid(NodeKind.SCHEME, other),
        ecp=gid(NodeKind.ECP, ecp_id),
        entry=gid(NodeKind.POINTS_ENTRY, entry),
        line=gid(NodeKind.SALE_LINE, UUID(int=desk.sales["S-1"].number << 16)),
        rule=gid(NodeKind.BONUS_RULE, rule.id),
    )


async def _pages(factory: SchemeFactory, world: World) -> Prepared:
    found = await _earned(factory, world)
    return "ECP", {"filter": {**_EVERYTHING, "schemeIds": [found.scheme]}, "first": 5}


async def _entry(factory: SchemeFactory, world: World) -> Prepared:
    found = await _earned(factory, world)
    return "ECP", {"entryId": found.entry}


async def _why_not(factory: SchemeFactory, world: World) -> Prepared:
    found = await _earned(factory, world)
    return "ECP", {"ecpId": found.ecp, "ruleId": found.rule, "saleLineId": found.line}


async def _own_sales(factory: SchemeFactory, world: World) -> Prepared:
    await _earned(factory, world)
    return "ECP", {"filter": {"from": "2026-03-01", "to": "2026-12-31"}, "first": 5}


async def _asked_for_another(factory: SchemeFactory, world: World) -> Prepared:
    _, variables = await _why_not(factory, world)
    return "PROGRAM_MANAGER", variables


async def _month(factory: SchemeFactory, world: World) -> Prepared:
    found = await _earned(factory, world)
    return "ECP", {"month": "2026-03", "schemeId": found.scheme, "entries": 5}


async def _of_one(factory: SchemeFactory, world: World) -> Prepared:
    await _earned(factory, world)
    return "PROGRAM_MANAGER", {"code": "ECP-2026-000001", "filter": _EVERYTHING}


async def _follow(factory: SchemeFactory, world: World) -> Prepared:
    await _earned(factory, world)
    return "ECP", {}


async def post_more(environment: Environment, world: World, ecp_id: UUID) -> None:
    """Post another sale of an ECP."""
    await LedgerDesk(environment, world).sell(ecp_id, "S-2", day(5, 11), Line("AMB-1L", 2))


OF_LEDGER: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "mobile/Ledger": _pages,
    "mobile/MySales": _own_sales,
    "mobile/PointsPosted": _follow,
    "mobile/Statement": _month,
    "mobile/Why": _entry,
    "mobile/WhyNot": _why_not,
    "portal/EcpLedger": _of_one,
    "portal/WhyNot": _asked_for_another,
}
