"""Schemes brought to any point of their definition through the real resolvers."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from domain.channels import EarningChannel
from domain.permissions import Role
from domain.rules.model import BonusRule, Condition, FlatPoints, QuantityClause, Reward, RuleLimits, TierClause
from domain.schemes.content import Basics, CouponValue
from graphql_api.context import Environment
from resolvers.context import Operation
from resolvers.schemes.approve_scheme import ApproveScheme, approve_scheme
from resolvers.schemes.create_scheme import CreateScheme, create_scheme
from resolvers.schemes.decline_scheme import DeclineScheme
from resolvers.schemes.definitions import Definition, definitions_by_scheme
from resolvers.schemes.reject_scheme import reject_scheme
from resolvers.schemes.request_scheme_changes import request_scheme_changes
from resolvers.schemes.save_scheme_basics import SaveSchemeBasics, save_scheme_basics
from resolvers.schemes.save_scheme_bonus_rules import RuleDraft, SaveSchemeBonusRules, save_scheme_bonus_rules
from resolvers.schemes.save_scheme_coupon_values import SaveSchemeCouponValues, save_scheme_coupon_values
from resolvers.schemes.save_scheme_geographies import SaveSchemeGeographies, save_scheme_geographies
from resolvers.schemes.save_scheme_products import SaveSchemeProducts, save_scheme_products
from resolvers.schemes.submit_scheme import SubmitScheme, submit_scheme
from tests.support.factories.ecps import EcpFactory
from tests.support.remembered import remembered
from tests.support.world import World

BOTH = (EarningChannel.COUPON, EarningChannel.SALE)


class SchemeFactory:
    """Makes schemes as the program manager of the world, and lets its approver decide."""

    def __init__(self, environment: Environment, world: World) -> None:
        self.environment = environment
        self._world = world

    @property
    def world(self) -> World:
        """The accounts and catalog of the tests."""
        return self._world

    @property
    def ecps(self) -> EcpFactory:
        """Makes ECPs in the same world."""
        return EcpFactory(self.environment, self._world)

    def operation(self, name: str | Role = Role.PROGRAM_MANAGER) -> Operation:
        """A new operation of an account of the world; close it when it has read something."""
        return self.environment.operation(self._world.viewer(name))

    async def definition(self, scheme_id: UUID) -> Definition:
        """A scheme as it is stored."""
        operation = self.operation()
        (found,) = await definitions_by_scheme(operation, [scheme_id])
        await operation.close()
        assert found is not None
        return found

    @remembered
    async def created(
        self,
        title: str = "Monsoon Care",
        channels: Sequence[EarningChannel] = BOTH,
        by: str | Role = Role.PROGRAM_MANAGER,
    ) -> UUID:
        """A scheme with nothing but a title and channels."""
        return await create_scheme(self.operation(by), CreateScheme(title, tuple(channels)))

    @remembered
    async def complete(  # noqa: PLR0913 - what a test may want to be different, by name
        self,
        title: str = "Monsoon Care",
        channels: Sequence[EarningChannel] = BOTH,
        *,
        skus: Sequence[str] = ("AMB-1L", "AMB-4L"),
        places: Sequence[str] = ("Maharashtra",),
        rules: Sequence[BonusRule] | None = None,
        dates: tuple[date, date, date, date] = (
            date(2026, 4, 1),
            date(2026, 4, 30),
            date(2026, 5, 1),
            date(2026, 7, 31),
        ),
        budget: int | None = None,
        terms: tuple[tuple[str, Any], ...] = (),
        by: str | Role = Role.PROGRAM_MANAGER,
    ) -> UUID:
        """A scheme whose five steps are complete: ready for review."""
        scheme_id = await self.created(title, channels, by)
        basics = replace(_basics(title, channels, dates, budget), **dict(terms))
        command = SaveSchemeBasics(scheme_id, 0, basics)
        await save_scheme_basics(self.operation(by), command)
        return await self.finished(scheme_id, skus=skus, places=places, rules=rules, by=by)

    @remembered
    async def finished(
        self,
        scheme_id: UUID,
        *,
        skus: Sequence[str] = ("AMB-1L", "AMB-4L"),
        places: Sequence[str] = ("Maharashtra",),
        rules: Sequence[BonusRule] | None = None,
        by: str | Role = Role.PROGRAM_MANAGER,
    ) -> UUID:
        """The same scheme with the four steps after the basics saved for the first time."""
        variants = tuple(self._world.variants[sku].id for sku in skus)
        await save_scheme_products(self.operation(by), SaveSchemeProducts(scheme_id, 0, variants))
        geographies = tuple(self._world.geographies[place].id for place in places)
        await save_scheme_geographies(self.operation(by), SaveSchemeGeographies(scheme_id, 0, geographies))
        values = tuple(CouponValue(variant, 10 * (index + 1), 1000) for index, variant in enumerate(variants))
        await save_scheme_coupon_values(self.operation(by), SaveSchemeCouponValues(scheme_id, 0, values))
        drafts = tuple(RuleDraft(None, rule) for rule in ([self.rule()] if rules is None else rules))
        await save_scheme_bonus_rules(self.operation(by), SaveSchemeBonusRules(scheme_id, 0, drafts))
        return scheme_id

    @remembered
    async def submitted(self, scheme_id: UUID | None = None, by: str | Role = Role.PROGRAM_MANAGER) -> UUID:
        """A scheme that waits for approval."""
        found = await self.complete(by=by) if scheme_id is None else scheme_id
        content_hash = (await self.definition(found)).content_hash
        return await submit_scheme(self.operation(by), SubmitScheme(found, content_hash, acknowledge_warnings=True))

    @remembered
    async def approved(self, scheme_id: UUID | None = None) -> UUID:
        """An approved scheme."""
        found = await self.submitted(scheme_id)
        content_hash = (await self.definition(found)).content_hash
        return await approve_scheme(self.operation(Role.APPROVER), ApproveScheme(found, content_hash, None))

    @remembered
    async def rejected(self) -> UUID:
        """A rejected scheme."""
        found = await self.submitted()
        return await reject_scheme(self.operation(Role.APPROVER), DeclineScheme(found, "Not this year."))

    @remembered
    async def given_back(self) -> UUID:
        """A scheme for which changes were requested."""
        found = await self.submitted()
        command = DeclineScheme(found, "Please lower the budget.")
        return await request_scheme_changes(self.operation(Role.APPROVER), command)

    def rule(
        self, name: str = "Gold bonus", condition: Condition | None = None, reward: Reward | None = None
    ) -> BonusRule:
        """A bonus rule; by default, Gold or better earns 50 points."""
        found = condition or TierClause(at_least=self._world.tiers["Gold"].id)
        return BonusRule(
            id=self.environment.new_id(),
            name=name,
            condition=found,
            reward=reward or FlatPoints(50),
            limits=RuleLimits(),
        )


def quantity(at_least: int) -> QuantityClause:
    """A clause that mentions nothing."""
    return QuantityClause(at_least=at_least)


def _basics(
    title: str, channels: Sequence[EarningChannel], dates: tuple[date, date, date, date], budget: int | None
) -> Basics:
    opens, closes, starts, ends = dates
    return Basics(
        title=title,
        channels=tuple(channels),
        description="For workshops.",
        enrollment_opens_on=opens,
        enrollment_closes_on=closes,
        starts_on=starts,
        ends_on=ends,
        terms_markdown="Be fair.",
        budget=budget,
    )
