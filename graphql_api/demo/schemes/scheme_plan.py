"""The plan of one demo scheme, and the content that follows from it."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.channels import EarningChannel
from domain.money import Money
from domain.schemes.content import Basics
from graphql_api.demo.accounts.people import Person
from graphql_api.demo.catalog.catalog import pack_weight
from graphql_api.demo.clock import DemoClock
from graphql_api.demo.lines import Line
from graphql_api.demo.schemes.revision_scenario import RevisionScenario
from graphql_api.demo.schemes.scenarios import Scenario, ScenarioStep, SchemeStep
from graphql_api.demo.schemes.terms import materials_of, terms_of

COUPON: Final = (EarningChannel.COUPON,)
SALE: Final = (EarningChannel.SALE,)
BOTH: Final = (EarningChannel.COUPON, EarningChannel.SALE)

_BUDGET_STEP: Final = 10_000
# That of the program.
_CURRENCY: Final = "INR"


class Days(Struct, frozen=True):
    """The calendar of a scheme, in days after the day of loading; negative numbers are past."""

    opens: int
    closes: int
    starts: int
    ends: int


class PointTerms(Struct, frozen=True, kw_only=True):
    """What a scheme says about its points: the value of one in rupees, and the fewest that are paid."""

    value: str
    minimum: int
    expire_after_days: int | None = None

    @property
    def point_value(self) -> Money:
        """The value of a point."""
        return Money(Decimal(self.value), _CURRENCY)


class RevisionPlan(Struct, frozen=True):
    """The revision of an approved scheme: opened `days_ago` days before loading, with exactly these rules.

    It takes effect `takes_effect` days after loading; negative numbers are past.
    """

    scenario: RevisionScenario
    days_ago: int
    takes_effect: int
    rules: tuple[str, ...]

    def effective_at(self, clock: DemoClock) -> datetime:
        """Return the moment at which the revision takes effect: midnight."""
        return clock.start_of_day(-self.takes_effect)


class SchemePlan(Struct, frozen=True, kw_only=True):
    """A scheme: its content, and the scenario that it went through.

    `products` are SKUs or their beginnings. The smallest pack pays `points` and sells `units`; larger packs pay more
    and sell less. `budget_percent` is the budget in percent of the base points that this makes. `changed_sku` is the
    variant that a scenario adds or removes. `remark` is the text of the approver. A `colleague` of the manager takes
    part from the start and makes the changes that follow the wizard.
    """

    title: str
    description: str
    line: Line
    scenario: Scenario
    days_ago: int
    days: Days
    products: tuple[str, ...]
    places: tuple[str, ...]
    channels: tuple[EarningChannel, ...] = SALE
    rules: tuple[str, ...] = ()
    points: int = 5
    units: int = 40_000
    budget_percent: int = 140
    manager: Person = Person.MANAGER
    approver: Person = Person.APPROVER
    colleague: Person | None = None
    changed_sku: str | None = None
    remark: str | None = None
    revision: RevisionPlan | None = None
    terms: PointTerms | None = None

    @property
    def steps(self) -> tuple[ScenarioStep, ...]:
        """The steps that people took, in order."""
        first, *others = self.scenario.steps
        invitation = () if self.colleague is None else (ScenarioStep(SchemeStep.INVITE),)
        return (first, *invitation, *others, *self._revision_steps())

    @property
    def approved_days_ago(self) -> int | None:
        """How many days ago the scheme was first approved; None while it is not."""
        days_ago = self.days_ago
        for step in self.scenario.steps:
            days_ago -= step.days
            if step.kind is SchemeStep.APPROVE:
                return days_ago
        return None

    def _revision_steps(self) -> tuple[ScenarioStep, ...]:
        """Return the steps of the revision; empty without one."""
        if self.revision is None or self.approved_days_ago is None:
            return ()
        first, *others = self.revision.scenario.steps
        return (replace(first, days=self.approved_days_ago - self.revision.days_ago), *others)

    def basics(self, today: date, skus: tuple[str, ...]) -> Basics:
        """Return the basics of the scheme for the variants with these SKUs."""
        opens, closes, starts, ends = (
            today + timedelta(days=number)
            for number in (self.days.opens, self.days.closes, self.days.starts, self.days.ends)
        )
        terms = self.terms
        liability = sum(self.base_points(sku) * self.expected_units(sku) for sku in skus)
        return Basics(
            title=self.title,
            channels=self.channels,
            description=self.description,
            enrollment_opens_on=opens,
            enrollment_closes_on=closes,
            starts_on=starts,
            ends_on=ends,
            terms_markdown=terms_of(
                self.line,
                self.title,
                self.channels,
                expire_after_days=None if terms is None else terms.expire_after_days,
            ),
            budget=(liability * self.budget_percent // 100 // _BUDGET_STEP + 1) * _BUDGET_STEP,
            materials=materials_of(self.line, self.title),
            point_value=None if terms is None else terms.point_value,
            minimum_payout=None if terms is None else terms.minimum,
            points_expire_after_days=None if terms is None else terms.expire_after_days,
        )

    def base_points(self, sku: str) -> int:
        """Return the points that one coupon or unit of the variant pays."""
        return self.points * pack_weight(sku)

    def planned_quantity(self, sku: str) -> int:
        """Return the number of planned coupons of the variant: 0 where ECPs earn by sales alone."""
        return self.expected_units(sku) if EarningChannel.COUPON in self.channels else 0

    def expected_units(self, sku: str) -> int:
        """Return the number of units expected to be sold, in whole hundreds."""
        return max(self.units // pack_weight(sku) // 100, 1) * 100
