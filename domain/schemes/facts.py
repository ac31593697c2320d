"""The words of schemes: orders of lists, and the facts that guards look at."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from domain.schemes.lifecycle import Decision


class OpenRevision(Struct, frozen=True):
    """The revision of a scheme that is not decided yet: who opened it, and when."""

    number: int
    opened_by: str
    opened_at: datetime


class SchemeStanding(Struct, frozen=True):
    """The facts that guards look at: is the scheme ready, was it submitted and by whom, and what was decided.

    `current` tells whether the scheme still has the content that was submitted. `revises` tells a revision of a scheme
    from the scheme itself; `missed` is when it was to take effect, once that has passed. `ended_on` is the last day of
    the scheme once that is over, and `open_revision` its revision that is not decided yet.
    """

    ready: bool
    submitted_by: UUID | None = None
    current: bool = False
    decision: Decision | None = None
    revises: bool = False
    missed: datetime | None = None
    ended_on: date | None = None
    open_revision: OpenRevision | None = None


class SchemeOrder(StrEnum):
    """An order and its direction; ties are broken by id."""

    UPDATED_AT_DESC = "UPDATED_AT_DESC"
    CREATED_AT_DESC = "CREATED_AT_DESC"
    STARTS_ON_ASC = "STARTS_ON_ASC"
    STARTS_ON_DESC = "STARTS_ON_DESC"
    TITLE_ASC = "TITLE_ASC"
    CODE_ASC = "CODE_ASC"
