"""A database with schemes of every state and rules of every kind, which random documents read."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import select

from db.columns import scalar
from db.database import Database
from db.outbox.reads import HORIZON
from db.outbox.tables import EventTable
from db.sessions import Fetching
from db.statement import Statement
from domain.channels import EarningChannel
from domain.files.facts import UploadPurpose
from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.program.facts import PROGRAM_ID
from domain.rules.model import (
    ActivityClause,
    AllOf,
    AnyOf,
    BonusRule,
    ChannelClause,
    EnrolledWithinClause,
    FlatPoints,
    GeographyClause,
    MultiplyBase,
    Not,
    PercentOfBase,
    PeriodClause,
    PointsPerUnit,
    ProductClause,
    QuantityClause,
    Slab,
    Slabs,
    TierClause,
    VolumeClause,
    VolumeMeasure,
    VolumePeriod,
    Weekday,
)
from domain.viewers import Viewer
from graphql_api.context import Environment
from resolvers.accounts.create_api_key import CreateApiKey, create_api_key
from resolvers.context import Operation
from resolvers.file_store import FileStore
from resolvers.files.create_upload import CreateUpload, create_upload
from resolvers.notifications.loaders import follow_notifications, notifications_by_id
from resolvers.outbox.feeds import read_feed
from resolvers.schemes.activity_feed import follow_activity
from resolvers.schemes.activity_loaders import activities_by_id
from resolvers.schemes.add_scheme_participant import add_scheme_participant
from resolvers.schemes.participants import Participation
from resolvers.schemes.save_scheme_basics import SaveSchemeBasics, save_scheme_basics
from tests.support.adjustments import adjusted, decided
from tests.support.client import gid
from tests.support.clock import TestClock
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.factories.webhooks import failing_endpoint
from tests.support.imports import begun_import
from tests.support.jobs import enqueue
from tests.support.ledger_desk import LedgerDesk
from tests.support.ledger_story import posted_entry
from tests.support.sales import example_sales
from tests.support.secrets import COUPON_KEYS, LINKS
from tests.support.settlements import example_settlement
from tests.support.short_receipt import short_receipt
from tests.support.simulations import replay_due, start
from tests.support.world import World, build_world

LATER = datetime(2026, 5, 2, 12, tzinfo=UTC)
NEWEST = Statement(select(EventTable.xid).order_by(EventTable.xid.desc()).limit(1), scalar(int))
SCHEME_COUNT = 6
# As many schemes and geographies as are named, and one of every other kind.
ID_COUNT = SCHEME_COUNT + 3 + len(NodeKind) - 2


@dataclass(frozen=True)
class Example:
    """The database and what a document may name in it."""

    environment: Environment
    world: World
    schemes: tuple[UUID, ...]
    ids: tuple[str, ...]
    codes: tuple[str, ...]
    cursors: tuple[str, ...]

    def context(self, viewer: Viewer | None) -> Callable[[], Operation]:
        """Makes operations of a viewer that are all at the same moment."""
        return lambda: Operation(self.environment.database, viewer, now=LATER, new_id=self.environment.new_id)

    @property
    def everybody(self) -> Viewer:
        """A viewer with every role."""
        return replace(self.world.viewer(Role.ADMIN), roles=frozenset(Role))


class SteadyIds:
    """Ids that are numbered."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self) -> UUID:
        """The next one."""
        self.given += 1
        return UUID(int=0x0190_A5A1 << 96 | self.given)


def steady_environment(database: Database, files: FileStore, new_id: Callable[[], UUID] | None = None) -> Environment:
    """An environment whose clock runs the same way every time, and whose ids do so unless others are given."""
    clock = TestClock(datetime(2026, 3, 10, 9, tzinfo=UTC))
    return Environment(
        database=database,
        clock=clock,
        new_id=new_id or SteadyIds(),
        coupon_keys=COUPON_KEYS,
        links=LINKS,
        files=files,
    )


async def build_example(database: Database, files: FileStore) -> Example:
    """Store the example."""
    environment = steady_environment(database, files)
    world = await build_world(environment)
    factory = SchemeFactory(environment, world)
    schemes = (
        await factory.created("Nothing yet"),
        await factory.complete("Rules of all kinds", rules=_rules(factory, world), places=("Pune", "Karnataka")),
        await factory.submitted(),
        await factory.approved(),
        await factory.rejected(),
        await factory.given_back(),
    )
    followed = Participation(schemes[1], world.accounts[Role.ADMIN].id)
    await add_scheme_participant(factory.operation(), followed)
    basics = replace((await factory.definition(schemes[1])).content.basics, title="Rules of every kind")
    await save_scheme_basics(factory.operation("second manager"), SaveSchemeBasics(schemes[1], 1, basics))
    ecp_id = await factory.ecps.suspended()
    await factory.ecps.registered("Binod Thapa", place="Nepal", practice=None, phone=None)
    await factory.ecps.erased("Chitra Iyer", place="Karnataka")
    enrollment_id, enrolled = await _enrollments(factory)
    entry = await posted_entry(LedgerDesk(environment, world), enrolled)
    adjustment_id = await _adjustments(factory)
    sales = await example_sales(environment, world)
    settlement = await example_settlement(factory)
    period = date(2026, 5, 1), date(2026, 5, 31)
    simulation_id = await start(environment, world.viewer(Role.PROGRAM_MANAGER), schemes[1], *period)
    await replay_due(environment)
    admin = factory.operation(Role.ADMIN)
    key = await create_api_key(admin, CreateApiKey(world.accounts[Role.INTEGRATION].id, "Sales"))
    stream_ids, cursors = await _streams(admin, schemes[1])
    short = await short_receipt(ConsignmentFactory(environment, factory), schemes[3])
    endpoint_id, delivery_id = await failing_endpoint(admin, world.accounts[Role.INTEGRATION].id)
    upload = await create_upload(
        admin, CreateUpload(file_name="logo.png", content_type="image/png", byte_size=100, purpose=UploadPurpose.LOGO)
    )
    await admin.close()
    definitions = [await factory.definition(scheme) for scheme in schemes]
    rule = definitions[1].content.rules[0]
    ids = (
        *(gid(NodeKind.SCHEME, scheme) for scheme in schemes),
        *(gid(NodeKind.GEOGRAPHY, row.id) for row in list(world.geographies.values())[:3]),
        gid(NodeKind.API_KEY, key.key_id),
        gid(NodeKind.BONUS_RULE, rule.id),
        gid(NodeKind.ACCOUNT, world.accounts[Role.VENDOR].id),
        gid(NodeKind.CATEGORY, world.categories["Engine oil"].id),
        gid(NodeKind.PRODUCT, world.products["Amber Oil"].id),
        gid(NodeKind.VARIANT, world.variants["AMB-4L"].id),
        gid(NodeKind.TIER, world.tiers["Gold"].id),
        gid(NodeKind.VENDOR, world.vendors["PCK-1"].id),
        *stream_ids,
        gid(NodeKind.WEBHOOK_ENDPOINT, endpoint_id),
        gid(NodeKind.WEBHOOK_DELIVERY, delivery_id),
        gid(NodeKind.PROGRAM, PROGRAM_ID),
        gid(NodeKind.JOB, await enqueue(environment, world.viewer(Role.PROGRAM_MANAGER))),
        gid(NodeKind.SALES_IMPORT, await begun_import(environment, world.viewer(Role.INTEGRATION))),
        gid(NodeKind.ECP, ecp_id),
        gid(NodeKind.ENROLLMENT, enrollment_id),
        gid(NodeKind.ADJUSTMENT, adjustment_id),
        gid(NodeKind.POINTS_ENTRY, entry),
        gid(NodeKind.UPLOAD, upload.id),
        gid(NodeKind.SIMULATION, simulation_id),
        *short.values(),
        *sales.values(),
        *settlement.values(),
    )
    assert len(ids) == ID_COUNT
    return Example(
        environment=environment,
        world=world,
        schemes=schemes,
        ids=ids,
        codes=tuple(found.scheme.code for found in definitions),
        cursors=cursors,
    )


async def _enrollments(factory: SchemeFactory) -> tuple[UUID, UUID]:
    """Enrollments at every status; one of them, and its ECP, who is enrolled."""
    made = EnrollmentFactory(factory)
    first, second = [await made.open_scheme(title) for title in ("Open", "Open too")]
    dev, esha = [await made.ecps.verified(name) for name in ("Dev Nair", "Esha Patil")]
    await made.pending(first, dev)
    await made.rejected(second, dev)
    await made.withdrawn(second, esha)
    return await made.enrolled(first, esha), esha


async def _adjustments(factory: SchemeFactory) -> UUID:
    """Adjustments at every status; one of them."""
    made = EnrollmentFactory(factory)
    scheme_id, ecp_id = await made.open_scheme("Adjusted"), await made.ecps.verified("Farid Khan")
    await made.enrolled(scheme_id, ecp_id)
    for accept in (True, False):
        await decided(factory, await adjusted(factory, ecp_id, scheme_id, 5_000), accept=accept)
    await adjusted(factory, ecp_id, scheme_id, -5_000)
    return await adjusted(factory, ecp_id, scheme_id, 250, by="second manager")


async def _streams(operation: Operation, scheme_id: UUID) -> tuple[list[str], tuple[str, ...]]:
    """Return the IDs of an activity and a notification, and a cursor of each stream."""
    await wait_until_visible(operation)
    pages = [
        await read_feed(operation, await follow_activity(operation, scheme_id, None), 3, activities_by_id),
        await read_feed(operation, await follow_notifications(operation, None), 1, notifications_by_id),
    ]
    assert [page.has_next for page in pages] == [True, True]
    ids = [
        gid(kind, page.nodes[0].id)
        for kind, page in zip((NodeKind.SCHEME_ACTIVITY, NodeKind.NOTIFICATION), pages, strict=True)
    ]
    return ids, tuple(page.edges[-1].cursor for page in pages)


async def wait_until_visible(reading: Fetching) -> int:
    """Wait until readers see all events that are stored, and return the place of the present.

    They do not while an older transaction is running, in any database of the server: a test of another worker.
    """
    newest = next(iter(await reading.fetch(NEWEST)), 0)
    while (horizon := (await reading.fetch(HORIZON))[0]) <= newest:  # noqa: ASYNC110 - PostgreSQL sends no signal
        await asyncio.sleep(0.05)
    return horizon


def _rules(factory: SchemeFactory, world: World) -> list[BonusRule]:
    amber, lens = world.variants["AMB-1L"].id, world.products["Amber Oil"].id
    tier = TierClause(tier_ids=(world.tiers["Silver"].id, world.tiers["Gold"].id))
    place = GeographyClause((world.geographies["Pune"].id,))
    goods = ProductClause((amber,), (lens,), (world.categories["Engine oil"].id,))
    volume = VolumeClause(
        measure=next(iter(VolumeMeasure)), period=next(iter(VolumePeriod)), at_least=50, variant_ids=(amber,)
    )
    period = PeriodClause(
        from_date=date(2026, 5, 2),
        to_date=date(2026, 6, 1),
        weekdays=(Weekday(next(iter(Weekday))),),
        from_time=time(9),
        to_time=time(17, 30),
    )
    several = AllOf((tier, AnyOf((place, goods, Not(volume))), Not(AllOf((QuantityClause(2), period)))))
    return [
        factory.rule("All", several, Slabs((Slab(1, 5), Slab(10, 7)))),
        factory.rule("Activity", ActivityClause("TRAINING_COMPLETED", 2, 30), PercentOfBase(Decimal("12.50"))),
        factory.rule("Enrolled", EnrolledWithinClause(30), MultiplyBase(Decimal("2.0"))),
        factory.rule("Channel", ChannelClause(EarningChannel.SALE), PointsPerUnit(3)),
        factory.rule("Tier", TierClause(at_least=world.tiers["Gold"].id), FlatPoints(50)),
    ]
