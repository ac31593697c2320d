"""What the demo data says about one scheme, and the definition that follows from it."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.channels import EarningChannel
from domain.schemes.content import Basics
from graphql_api.demo.catalog import pack_weight
from graphql_api.demo.people import Person
from graphql_api.demo.stories import Act, Sequel, Story, Turn
from graphql_api.demo.terms import materials_of, terms_of

COUPON: Final = (EarningChannel.COUPON,)
SALE: Final = (EarningChannel.SALE,)
BOTH: Final = (EarningChannel.COUPON, EarningChannel.SALE)

_BUDGET_STEP: Final = 10_000


class Line(StrEnum):
    """A line of business; it decides about terms and marketing materials."""

    LUBRICANTS = "lubricants"
    CAR_CARE = "car-care"
    EYE_CARE = "eye-care"


class Days(Struct, frozen=True):
    """The calendar of a scheme, in days after the day of loading; negative numbers have passed."""

    opens: int
    closes: int
    starts: int
    ends: int


class RevisionPlan(Struct, frozen=True):
    """The revision of an approved scheme: opened so many days before loading, with exactly these rules.

    It takes effect so many days after loading; negative numbers have passed.
    """

    sequel: Sequel
    days_ago: int
    takes_effect: int
    rules: tuple[str, ...]

    def effective_at(self, today: date) -> datetime:
        """The moment at which it takes effect: the beginning of that day."""
        return datetime.combine(today + timedelta(days=self.takes_effect), time(), UTC)


class SchemePlan(Struct, frozen=True, kw_only=True):
    """A scheme: what it is, and how far it got.

    `products` are SKUs or their beginnings. The smallest pack pays `points` and sells `units`; larger packs pay more
    and sell less. `budget_percent` is the budget in percent of the base points that this makes. `changed_sku` is the
    variant that a story adds or removes. `remark` is what the approver wrote. A `colleague` of the manager takes part
    from the beginning, and makes what changes there are after the wizard.
    """

    title: str
    description: str
    line: Line
    story: Story
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

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What people did, in order."""
        beginning, *others = self.story.turns
        invitation = () if self.colleague is None else (Turn(Act.INVITE),)
        return (beginning, *invitation, *others, *self._sequel())

    @property
    def approved_days_ago(self) -> int | None:
        """How many days ago the scheme was approved first; None while it is not."""
        days_ago = self.days_ago
        for turn in self.story.turns:
            days_ago -= turn.days
            if turn.act is Act.APPROVE:
                return days_ago
        return None

    def _sequel(self) -> tuple[Turn, ...]:
        """What happened to the revision, if there is one."""
        if self.revision is None or self.approved_days_ago is None:
            return ()
        beginning, *others = self.revision.sequel.turns
        return (replace(beginning, days=self.approved_days_ago - self.revision.days_ago), *others)

    def basics(self, today: date, skus: tuple[str, ...]) -> Basics:
        """The first step, when the scheme is about the variants with these SKUs."""
        opens, closes, starts, ends = (
            today + timedelta(days=number)
            for number in (self.days.opens, self.days.closes, self.days.starts, self.days.ends)
        )
        liability = sum(self.base_points(sku) * self.expected_units(sku) for sku in skus)
        return Basics(
            title=self.title,
            channels=self.channels,
            description=self.description,
            enrollment_opens_on=opens,
            enrollment_closes_on=closes,
            starts_on=starts,
            ends_on=ends,
            terms_markdown=terms_of(self.line, self.title, self.channels),
            budget=(liability * self.budget_percent // 100 // _BUDGET_STEP + 1) * _BUDGET_STEP,
            materials=materials_of(self.line, self.title),
        )

    def base_points(self, sku: str) -> int:
        """What one coupon or unit of the variant pays."""
        return self.points * pack_weight(sku)

    def planned_quantity(self, sku: str) -> int:
        """How many coupons of the variant are planned; none where ECPs earn by sales alone."""
        return self.expected_units(sku) if EarningChannel.COUPON in self.channels else 0

    def expected_units(self, sku: str) -> int:
        """How many units of the variant are expected to be sold, in full hundreds."""
        return max(self.units // pack_weight(sku) // 100, 1) * 100
