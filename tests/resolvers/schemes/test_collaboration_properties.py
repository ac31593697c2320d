"""For any order of actions on a scheme, a model predicts every participant's notifications (R6)."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from db.database import Database
from db.schemes.rows import ActivityRow
from graphql_api.context import Environment
from resolvers.notifications.loaders import notifications_by_account, unread_counts_by_account
from resolvers.notifications.mark_notifications_read import MarkNotificationsRead, mark_notifications_read
from resolvers.paging import PageArguments
from resolvers.schemes.activity_loaders import activity_by_scheme, participants_by_scheme
from resolvers.schemes.add_scheme_participant import add_scheme_participant
from resolvers.schemes.participants import Participation
from resolvers.schemes.remove_scheme_participant import remove_scheme_participant
from resolvers.schemes.save_scheme_basics import SaveSchemeBasics, save_scheme_basics
from resolvers.schemes.save_scheme_products import SaveSchemeProducts, save_scheme_products
from tests.support.clock import TestClock
from tests.support.databases import Cleaner
from tests.support.factories.schemes import SchemeFactory
from tests.support.world import World, restore_world

pytestmark = pytest.mark.long

EDITORS: Final = ("PROGRAM_MANAGER", "second manager", "manager and approver")
PEOPLE: Final = (*EDITORS, "ANALYST", "ADMIN")
TITLES: Final = ("Monsoon Care", "Winter Care", "Summer Care")
SKUS: Final[tuple[tuple[str, ...], ...]] = ((), ("AMB-1L",), ("AMB-1L", "LENS-1"))
# Actions: change the title or products, add or remove a participant, mark some or all as read.
ACTIONS: Final = st.one_of(
    st.tuples(st.just("title"), st.sampled_from(EDITORS), st.sampled_from(TITLES)),
    st.tuples(st.just("products"), st.sampled_from(EDITORS), st.sampled_from(SKUS)),
    st.tuples(st.just("add"), st.sampled_from(EDITORS), st.sampled_from(PEOPLE)),
    st.tuples(st.just("remove"), st.sampled_from(EDITORS), st.sampled_from(PEOPLE)),
    st.tuples(st.just("read"), st.sampled_from(PEOPLE), st.sampled_from([0, 1, 3, None])),
)
FILLED: Final[dict[str, Any]] = {
    **dict.fromkeys(("enrollment_opens_on", "enrollment_closes_on", "starts_on", "ends_on"), date(2026, 5, 1)),
    "terms_markdown": "Be fair.",
}
PROPERTY: Final = settings(
    max_examples=40, database=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@dataclass
class Model:
    """The expected state, computed independently of the tested code."""

    participants: list[str]
    title: str = TITLES[0]
    products: tuple[str, ...] = ()
    versions: Counter[str] = field(default_factory=Counter)
    activity: list[tuple[str, str, str | None, int | None]] = field(default_factory=list)
    received: Counter[str] = field(default_factory=Counter)
    marked: Counter[str] = field(default_factory=Counter)

    def joined(self, name: str) -> None:
        """Add a participant once."""
        if name not in self.participants:
            self.participants.append(name)

    def happened(self, actor: str, kind: str, step: str | None = None, besides: str | None = None) -> None:
        """Notify every participant and one more account, except the actor."""
        version = None
        if step is not None:
            self.versions[step] += 1
            version = self.versions[step]
        self.activity.append((actor, kind, step, version))
        self.received.update({*self.participants, besides or actor} - {actor})


@dataclass
class Play:
    """One example: applies every action to its scheme and to the model."""

    factory: SchemeFactory
    world: World
    scheme_id: UUID
    model: Model

    async def title(self, actor: str, title: str) -> None:
        """Save the basics with a title."""
        model = self.model
        basics = replace((await self.factory.definition(self.scheme_id)).content.basics, title=title, **FILLED)
        command = SaveSchemeBasics(self.scheme_id, model.versions["BASICS"], basics)
        await save_scheme_basics(self.factory.operation(actor), command)
        if title != model.title or not model.versions["BASICS"]:
            model.title = title
            model.joined(actor)
            model.happened(actor, "SCHEME_STEP_SAVED", "BASICS")

    async def products(self, actor: str, skus: tuple[str, ...]) -> None:
        """Save the products."""
        model = self.model
        ids = tuple(self.world.variants[sku].id for sku in skus)
        command = SaveSchemeProducts(self.scheme_id, model.versions["PRODUCTS"], ids)
        await save_scheme_products(self.factory.operation(actor), command)
        if skus != model.products or not model.versions["PRODUCTS"]:
            model.products = skus
            model.joined(actor)
            model.happened(actor, "SCHEME_STEP_SAVED", "PRODUCTS")

    async def add(self, actor: str, name: str) -> None:
        """Add a participant."""
        await add_scheme_participant(self.factory.operation(actor), self._participation(name))
        if name not in self.model.participants:
            self.model.joined(name)
            self.model.happened(actor, "SCHEME_PARTICIPANT_ADDED")

    async def remove(self, actor: str, name: str) -> None:
        """Remove a participant."""
        await remove_scheme_participant(self.factory.operation(actor), self._participation(name))
        if name in self.model.participants:
            self.model.participants.remove(name)
            self.model.happened(actor, "SCHEME_PARTICIPANT_REMOVED", besides=name)

    async def read(self, name: str, how_many: int | None) -> None:
        """Mark some of the newest notifications as read, or all."""
        operation = self.factory.operation(name)
        account_id = operation.viewer.account_id
        (unread,) = await unread_counts_by_account(operation, [account_id])
        page = PageArguments(first=max(how_many or 0, 1))
        (newest,) = await notifications_by_account(operation, [account_id], (False, page))
        chosen = newest.nodes[:how_many]
        ids = None if how_many is None else [row.id for row in chosen]
        await mark_notifications_read(operation, MarkNotificationsRead(ids, all=how_many is None))
        await operation.close()
        self.model.marked[name] += unread if how_many is None else sum(row.read_at is None for row in chosen)

    def _participation(self, name: str) -> Participation:
        return Participation(self.scheme_id, self.world.accounts[name].id)


@pytest.fixture(scope="module")
async def stage(shared_database: Database, cleaner: Cleaner) -> AsyncIterator[tuple[SchemeFactory, World]]:
    """The world. Each example has its own scheme; notifications remain between examples."""
    environment = Environment(database=shared_database, clock=TestClock(datetime(2026, 3, 10, 9, tzinfo=UTC)))
    world = await restore_world(environment, cleaner)
    yield SchemeFactory(environment, world), world
    await cleaner.empty()


@PROPERTY
@given(actions=st.lists(ACTIONS, max_size=14))
async def test_notifications_follow_from_the_actions(
    actions: list[tuple[str, str, Any]], stage: tuple[SchemeFactory, World]
) -> None:
    factory, world = stage
    before = {name: await _counts(factory, world, name) for name in PEOPLE}
    scheme_id = await factory.created(TITLES[0])
    model = Model([EDITORS[0]], activity=[(EDITORS[0], "SCHEME_CREATED", None, None)])
    play = Play(factory=factory, world=world, scheme_id=scheme_id, model=model)
    for kind, actor, what in actions:
        await getattr(play, kind)(actor, what)
    rows = await _activity(factory, scheme_id)
    names = {account.id: name for name, account in world.accounts.items()}
    assert [(names[row.actor_id], row.kind, row.section, row.version) for row in reversed(rows)] == model.activity
    assert [row.at for row in rows] == sorted((row.at for row in rows), reverse=True)
    assert await _participants(factory, scheme_id, names) == model.participants
    for name in PEOPLE:
        total, unread, own = await _counts(factory, world, name)
        assert total - before[name][0] == model.received[name], name
        assert unread - before[name][1] == model.received[name] - model.marked[name], name
        assert own == 0, name


async def _counts(factory: SchemeFactory, world: World, name: str) -> tuple[int, int, int]:
    """Count an account's notifications, its unread ones, and those of the newest that it caused."""
    operation, account_id = factory.operation(name), world.accounts[name].id
    arguments = (False, PageArguments(first=50))
    ((unread,), (page,)) = (
        await unread_counts_by_account(operation, [account_id]),
        await notifications_by_account(operation, [account_id], arguments),
    )
    (total,) = await operation.fetch(page.count.statement, **dict(page.count.parameters))
    await operation.close()
    return total, unread, sum(row.actor_id == account_id for row in page.nodes)


async def _activity(factory: SchemeFactory, scheme_id: UUID) -> list[ActivityRow]:
    operation = factory.operation()
    (page,) = await activity_by_scheme(operation, [scheme_id], PageArguments(first=200))
    await operation.close()
    return page.nodes


async def _participants(factory: SchemeFactory, scheme_id: UUID, names: dict[UUID, str]) -> list[str]:
    operation = factory.operation()
    (found,) = await participants_by_scheme(operation, [scheme_id])
    await operation.close()
    return [names[account.id] for account in found]
