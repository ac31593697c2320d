"""Loaders of schemes and of their parts."""

from typing import Any, Final
from uuid import UUID

from db.catalog.rows import GeographyRow
from db.rules.rows import RuleRow
from db.schemes import reads as statements
from db.schemes.reads import scheme_by_code
from db.schemes.reads import select_schemes_by_id as visible_schemes_by_id
from db.schemes.revision_reads import select_schemes_in_place as visible_schemes_in_place
from db.schemes.rows import SchemeRow, SchemeVariantRow
from db.schemes.stage_reads import STAGES_BY_SCHEME, VIEWER_STAGES
from db.schemes.stage_rows import StageRow
from domain.codes import normalize_code
from domain.permissions import Role
from domain.viewers import Viewer
from resolvers.context import Operation
from resolvers.loading import align_many, align_one
from resolvers.rules.loaders import RuleView, rule_views
from resolvers.schemes.disclosure import disclose_schemes, scope_parameters, sees_chain_only
from resolvers.schemes.stage_details import add_details

_NOBODY: Final = UUID(int=0)


async def schemes_by_id(operation: Operation, ids: list[UUID]) -> list[SchemeRow | None]:
    """Load schemes; None for unknown ids and for schemes that the viewer may not see."""
    viewer = operation.viewer
    rows = await operation.fetch(visible_schemes_by_id(viewer.scheme_scope), ids=ids, **scope_parameters(viewer))
    return align_one(ids, disclose_schemes(viewer, rows), lambda row: row.id)


def scheme_parameters(viewer: Viewer) -> dict[str, Any]:
    """Return the parameters of statements of other areas that show schemes to the viewer."""
    return scope_parameters(viewer)


def remember_schemes(operation: Operation, rows: list[SchemeRow]) -> None:
    """Keep schemes that the viewer may see and that came with other rows, for `schemes_by_id`."""
    operation.remember(schemes_by_id, {row.id: row for row in disclose_schemes(operation.viewer, rows)})


async def schemes_in_place(operation: Operation, ids: list[UUID]) -> list[SchemeRow | None]:
    """Load schemes like `schemes_by_id`; an applied revision is replaced by the scheme that it revised."""
    viewer = operation.viewer
    pairs = await operation.fetch(visible_schemes_in_place(viewer.scheme_scope), ids=ids, **scope_parameters(viewer))
    shown = disclose_schemes(viewer, [pair.scheme for pair in pairs])
    found = {pair.id: scheme for pair, scheme in zip(pairs, shown, strict=True)}
    return [found.get(key) for key in ids]


async def find_scheme(operation: Operation, code: str, revision: int | None = None) -> SchemeRow | None:
    """Find the scheme with this code, or its `revision` with that number, if the viewer may see it."""
    numbered = {} if revision is None else {"revision": revision}
    viewer = operation.viewer
    statement = scheme_by_code(viewer.scheme_scope, numbered=revision is not None)
    rows = await operation.fetch(statement, code=normalize_code(code), **numbered, **scope_parameters(viewer))
    return next(iter(disclose_schemes(viewer, rows)), None)


async def stages_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[StageRow]]:
    """Load the eight stages of each scheme as of now, in order."""
    rows = await operation.fetch(STAGES_BY_SCHEME, ids=ids, now=operation.now)
    return align_many(ids, await add_details(operation, rows), lambda row: row.scheme_id)


async def stages_of_viewer(operation: Operation, keys: list[tuple[UUID, str | None]]) -> list[StageRow | None]:
    """Load the stage of each scheme that waits for the viewer, or None.

    A key is the scheme and the stage that its list is about; a scheme may have several stages that wait for the viewer,
    and then that one is meant, or else the first.
    """
    viewer = operation.viewer
    rows = await operation.fetch(
        VIEWER_STAGES,
        ids=list({scheme_id for scheme_id, _ in keys}),
        now=operation.now,
        roles=[role.value for role in viewer.roles],
        vendor_id=viewer.vendor_id,
        # Only approvals depend on the account. Without it, subscribers with the same roles share the answer.
        viewer_id=viewer.account_id if Role.APPROVER in viewer.roles else _NOBODY,
    )
    wanted = [scheme_id for scheme_id, _ in keys]
    waiting = align_many(wanted, await add_details(operation, rows), lambda row: row.scheme_id)
    return [
        next((row for row in stages if row.kind == kind), stages[0] if stages else None)
        for (_, kind), stages in zip(keys, waiting, strict=True)
    ]


async def variants_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[SchemeVariantRow]]:
    """Load the variants of each scheme with their coupon values, by SKU; none for a vendor."""
    if sees_chain_only(operation.viewer):
        return [[] for _ in ids]
    rows = await operation.fetch(statements.VARIANTS_BY_SCHEME, ids=ids)
    return align_many(ids, rows, lambda row: row.scheme_id)


async def geographies_by_scheme(operation: Operation, ids: list[UUID]) -> list[list[GeographyRow]]:
    """Load the geographies that each scheme lists, by name; none for a vendor."""
    if sees_chain_only(operation.viewer):
        return [[] for _ in ids]
    rows = await operation.fetch(statements.GEOGRAPHIES_BY_SCHEME, ids=ids)
    return [[row.geography for row in group] for group in align_many(ids, rows, lambda row: row.scheme_id)]


async def rules_by_id(operation: Operation, ids: list[UUID]) -> list[RuleView | None]:
    """Load bonus rules of schemes that the viewer may see; rules in force take precedence over those of revisions.

    A vendor sees none.
    """
    if sees_chain_only(operation.viewer):
        return [None] * len(ids)
    rows = await operation.fetch(statements.RULES_BY_ID, ids=ids)
    schemes = await schemes_by_id(operation, [row.scheme_id for row in rows])
    shown: dict[UUID, RuleRow] = {}
    for row, scheme in zip(rows, schemes, strict=True):
        if scheme is not None:
            shown.setdefault(row.id, row)
    return align_one(ids, await rule_views(operation, list(shown.values())), lambda view: view.id)
