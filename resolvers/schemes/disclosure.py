"""What viewers may read of schemes: fields that require `scheme:follow`, and the little that vendors see."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from db.schemes.rows import SchemeRow
from domain.permissions import Permission
from domain.viewers import SchemeScope, Viewer
from resolvers.context import Operation


def may_follow(operation: Operation) -> bool:
    """Whether the viewer sees the participants, activity, submissions and budgets of schemes."""
    return operation.viewer.may(Permission.SCHEME_FOLLOW)


async def disclosed_budgets(operation: Operation, budgets: list[int]) -> list[int | None]:
    """Load each budget as it is; None without `scheme:follow`."""
    return [budget if may_follow(operation) else None for budget in budgets]


def scope_parameters(viewer: Viewer) -> dict[str, Any]:
    """Return the parameters that the predicate of the viewer's scheme scope takes."""
    return {"viewer_vendor_id": viewer.vendor_id} if sees_chain_only(viewer) else {}


def sees_chain_only(viewer: Viewer) -> bool:
    """Whether the viewer sees schemes only as a vendor: their names and times, and nothing of ECPs and other chains."""
    return viewer.scheme_scope is SchemeScope.CHAIN


def disclose_schemes(viewer: Viewer, rows: Iterable[SchemeRow]) -> list[SchemeRow]:
    """Return the rows without what a vendor does not read: terms, materials, payment, and the enrollment of ECPs."""
    return [_withhold(row) for row in rows] if sees_chain_only(viewer) else list(rows)


def _withhold(row: SchemeRow) -> SchemeRow:
    return replace(
        row,
        enrollment_opens_on=None,
        enrollment_closes_on=None,
        terms_markdown=None,
        terms_published_at=None,
        materials_json="[]",
        budget=None,
        point_amount=None,
        point_currency=None,
        minimum_payout=None,
        points_expire_after_days=None,
    )
