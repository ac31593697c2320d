"""The basic types of schemes: sort orders, and the facts that guards use."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from domain.calendar import Calendar
from domain.schemes.lifecycle_facts import Decision
from domain.schemes.stages import WizardStepKind
from domain.settlements.facts import SettlementStatus


class OpenRevision(Struct, frozen=True):
    """The revision of a scheme that is not decided yet, with the person who opened it and when."""

    number: int
    opened_by: str
    opened_at: datetime


class Authorship(Struct, frozen=True):
    """An author of a submission, with the steps that the author edited."""

    account_id: UUID
    steps: tuple[WizardStepKind, ...]


class CouponStanding(Struct, frozen=True):
    """Coupons of a scheme: how many must be generated, consignments can take now, and consignments have."""

    shortfall: int
    available: int
    allocated: int


class OpenSettlement(Struct, frozen=True):
    """The settlement of a scheme that is not posted yet."""

    number: int
    status: SettlementStatus


class SchemeStanding(Struct, frozen=True):
    """The facts about a scheme or a revision that guards use, and the calendar of their days and times.

    `current` says that the content is still the one that was submitted. `revises` marks a revision; `missed` is the
    time at which it was to take effect, once that has passed. `ended_on` is the last day of the scheme, once that is
    over. `settles_on` is the day after its grace period, and `can_settle` says that it has come. `open_settlement` is
    read only for viewers who may settle. `open_revision` is the revision of the scheme that is not decided yet.
    `barred` are the authors of the submission, who may not approve it; there are none where the program lets authors
    approve. `coupons` are None if ECPs do not earn through coupons; they are counted only for viewers who may do
    something with them.
    """

    ready: bool
    calendar: Calendar
    submitted_by: UUID | None = None
    current: bool = False
    decision: Decision | None = None
    revises: bool = False
    missed: datetime | None = None
    ended_on: date | None = None
    settles_on: date | None = None
    can_settle: bool = False
    open_settlement: OpenSettlement | None = None
    open_revision: OpenRevision | None = None
    barred: tuple[Authorship, ...] = ()
    coupons: CouponStanding | None = None


class SchemeOrder(StrEnum):
    """The sort orders of a list of schemes; ties are broken by id."""

    UPDATED_AT_DESC = "UPDATED_AT_DESC"
    CREATED_AT_DESC = "CREATED_AT_DESC"
    STARTS_ON_ASC = "STARTS_ON_ASC"
    STARTS_ON_DESC = "STARTS_ON_DESC"
    TITLE_ASC = "TITLE_ASC"
    CODE_ASC = "CODE_ASC"
