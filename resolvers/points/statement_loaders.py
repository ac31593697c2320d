"""Loaders of monthly statements: what was recorded for an ECP in a scheme in one month, by section (R22).

A month is closed once it is over and no transaction can record anything in it anymore. From then on its statement never
changes: what corrects it later is recorded later, and stands in a section of its own there.
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from db.points.entry_rows import EntryRow, StatementRow
from db.points.statement_reads import entries_by_section, statements_by_ecp
from domain.points.entry_facts import (
    SECTION_LABELS,
    StatementSectionKind,
    format_month,
    month_moments,
    negative_balance_sentence,
    read_month,
)
from domain.requests import BadArgument
from domain.viewers import EcpScope
from resolvers.context import Operation
from resolvers.ecps.loaders import scope_parameters
from resolvers.loading import align_one
from resolvers.paging import Page, PageArguments
from resolvers.points.known_time import end_of_known, final_before
from resolvers.points.ledger_lists import forward_place, page_of_entries
from resolvers.schemes.loaders import schemes_by_id


class StatementWanted(Struct, frozen=True):
    """The month and scheme of a statement, and the time as of which it is wanted; None is now."""

    month: str
    scheme_id: UUID
    as_known_at: datetime | None = None


class SectionPlace(Struct, frozen=True):
    """Where the entries of a section are: in a ledger after `above` up to `upto`."""

    ecp: int
    scheme: int
    above: int
    upto: int
    opens: datetime
    kind: StatementSectionKind
    count: int


class SectionView(Struct, frozen=True):
    """A section of a statement with its points."""

    kind: StatementSectionKind
    points: int
    count: int
    place: SectionPlace

    @property
    def label(self) -> str:
        """The heading of the section."""
        return SECTION_LABELS[self.kind]


class StatementView(Struct, frozen=True):
    """The statement of an ECP for a month in a scheme. It `is_closed` when it never changes anymore."""

    scheme_id: UUID
    month: date
    opens_at: datetime
    closes_at: datetime
    is_closed: bool
    opening_balance: int
    sections: Sequence[SectionView]

    @property
    def label(self) -> str:
        """The month for people."""
        return format_month(self.month)

    @property
    def closing_balance(self) -> int:
        """The balance after everything that was recorded in the month."""
        return self.opening_balance + sum(section.points for section in self.sections)

    @property
    def notice(self) -> str | None:
        """What a negative closing balance means; None otherwise."""
        return negative_balance_sentence(self.closing_balance)


async def statements_of_ecps(
    operation: Operation, ids: list[UUID], wanted: StatementWanted
) -> list[StatementView | None]:
    """Load the statement of each ECP that the viewer may see; None for others. Raises BadArgument."""
    viewer = operation.viewer
    month = _month(wanted.month)
    opens, closes = month_moments(month, await operation.calendar())
    if opens > operation.now:
        raise BadArgument(f"{format_month(month)} has not begun yet. Ask for a month that has begun.", "month")
    if await schemes_by_id(operation, [wanted.scheme_id]) == [None]:
        raise BadArgument("This scheme does not exist.", "schemeId")
    if viewer.ecp_scope is EcpScope.NONE:
        return [None] * len(ids)
    final = await final_before(operation)
    known = None if wanted.as_known_at is None else await end_of_known(operation, wanted.as_known_at)
    until = closes if known is None else max(opens, min(closes, known))
    given = {"scheme_id": wanted.scheme_id, "opens": opens, "closes": until}
    own = scope_parameters(viewer, viewer.ecp_scope)
    rows = await operation.fetch(statements_by_ecp(viewer.ecp_scope), ids=ids, **given, **own)
    return [
        StatementView(
            scheme_id=wanted.scheme_id,
            month=month,
            opens_at=opens,
            closes_at=closes,
            is_closed=closes <= final,
            opening_balance=0 if row is None else row.opening,
            sections=[_section(row, kind, opens) for kind in StatementSectionKind],
        )
        for row in align_one(ids, rows, lambda row: row.ecp_id)
    ]


async def entries_of_sections(
    operation: Operation, places: list[SectionPlace], page: PageArguments
) -> list[Page[EntryRow]]:
    """Load a page of the entries of each section, newest first, with one statement. Raises BadArgument."""
    size, place = forward_place(page)
    rows = await operation.fetch(
        entries_by_section(resumed=bool(place)),
        ecps=[one.ecp for one in places],
        schemes=[one.scheme for one in places],
        aboves=[one.above for one in places],
        uptos=[one.upto for one in places],
        opens=[one.opens for one in places],
        sections=[int(one.kind) for one in places],
        limit=size + 1,
        **place,
    )
    found: list[list[EntryRow]] = [[] for _ in places]
    for row in rows:
        found[row.asked - 1].append(row.entry)
    return [page_of_entries(group, size, place, one.count) for one, group in zip(places, found, strict=True)]


def _month(text: str) -> date:
    month = read_month(text)
    if month is None:
        raise BadArgument("A month is a year and a month, like “2026-03”.", "month")
    return month


def _section(row: StatementRow | None, kind: StatementSectionKind, opens: datetime) -> SectionView:
    """Build a section; an ECP without a ledger has an empty one."""
    points, count = (0, 0) if row is None else (row.points[kind - 1], row.counts[kind - 1])
    place = SectionPlace(
        ecp=0 if row is None else row.ecp,
        scheme=0 if row is None else row.scheme,
        above=0 if row is None else row.above,
        upto=0 if row is None else row.upto,
        opens=opens,
        kind=kind,
        count=count,
    )
    return SectionView(kind=kind, points=points, count=count, place=place)
