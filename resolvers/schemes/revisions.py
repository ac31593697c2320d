"""Loaders of revisions: approved ones with their changes, the open one, and the one in force."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from db.schemes import revision_reads as statements
from db.schemes.rows import RevisionRow, SchemeRow
from db.sessions import Fetching
from domain.schemes.content import FieldDifference, SchemeContent, differences
from domain.schemes.revisions import replaced_revision, revision_in_force
from domain.viewers import SchemeScope
from resolvers.context import Operation
from resolvers.loading import align_many, align_one
from resolvers.schemes.disclosure import may_follow, scope_parameters


class RevisionView(Struct, frozen=True):
    """An approved revision, and the one that it replaced; None for the first."""

    row: RevisionRow
    before: RevisionRow | None

    @property
    def number(self) -> int:
        """The number of the revision, in the order of opening."""
        return self.row.number

    @property
    def effective_at(self) -> datetime:
        """The time from which it is in force."""
        return self.row.effective_at

    @property
    def approved_at(self) -> datetime:
        """The time of the approval."""
        return self.row.approved_at

    @property
    def approved_by(self) -> UUID:
        """The id of the approver's account."""
        return self.row.approved_by

    @property
    def content_hash(self) -> str:
        """The hash of its content."""
        return self.row.content_hash

    @property
    def changes(self) -> Sequence[FieldDifference]:
        """The changes to the revision before; empty for the first."""
        return () if self.before is None else differences(self.before.content, self.row.content)


async def revisions_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[RevisionView]]:
    """Load the approved revisions of each scheme, in the order in which they take effect.

    Pending revisions are visible only to people who define or approve schemes. Empty without `scheme:follow`.
    """
    if not may_follow(operation):
        return [[] for _ in ids]
    rows = await operation.fetch(statements.REVISIONS_BY_SCHEME, ids=ids)
    if operation.viewer.scheme_scope <= SchemeScope.APPROVED:
        rows = [row for row in rows if row.effective_at <= operation.now]
    return [
        [RevisionView(row, replaced_revision(group, row.effective_at)) for row in group]
        for group in align_many(ids, rows, lambda row: row.scheme_id)
    ]


async def revisions_as_of(operation: Operation, ids: list[UUID], at: datetime) -> list[RevisionView | None]:
    """Load the revision of each scheme that is in force at a time; None before the first."""
    return [revision_in_force(views, at) for views in await revisions_by_scheme(operation, ids)]


async def open_revision_by_scheme(operation: Operation, ids: list[UUID]) -> list[SchemeRow | None]:
    """Load the undecided revision of each scheme, if the viewer may see it."""
    viewer = operation.viewer
    rows = await operation.fetch(statements.open_revisions(viewer.scheme_scope), ids=ids, **scope_parameters(viewer))
    return align_one(ids, rows, lambda row: row.live_id)


async def content_in_force(fetching: Fetching, scheme_id: UUID, at: datetime) -> SchemeContent | None:
    """Load the content that values sales at a time; None before the first approval.

    It depends only on approvals, and not on whether a due revision has already been applied.
    """
    found = await fetching.fetch(statements.CONTENT_IN_FORCE, scheme_id=scheme_id, at=at)
    return msgspec.json.decode(found[0], type=SchemeContent) if found else None
