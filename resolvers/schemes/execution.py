"""What other areas need to change how a scheme is executed: its lock, its activity, and its stages."""

from collections.abc import Sequence
from uuid import UUID

from db.schemes.execution_reads import QUANTITIES_BY_SCHEME
from db.schemes.reads import select_schemes_by_id
from db.sessions import Fetching, Writing
from domain.channels import EarningChannel
from domain.coupons.quantities import CouponQuantities
from domain.failures import IllegalState, NotFound
from domain.schemes.failures import SCHEME_PATH
from domain.schemes.scheme_name import SchemeName
from domain.viewers import SchemeScope
from resolvers.context import Operation
from resolvers.schemes.definitions import Definition
from resolvers.schemes.execution_facts import build_quantities
from resolvers.schemes.locking import lock_scheme
from resolvers.schemes.record_activity import NewActivity, join_scheme, record_activity
from resolvers.schemes.rederive import rederive, rederive_execution

__all__ = [
    "NewActivity",
    "join_scheme",
    "lock_execution",
    "name_scheme",
    "quantities_of_scheme",
    "record_activity",
    "rederive",
    "rederive_execution",
    "require_scheme",
]


async def lock_execution(operation: Operation, session: Writing, scheme_id: UUID) -> Definition:
    """Lock a scheme whose coupons are executed: approved, not a revision, with the COUPON channel.

    Raises NotFound and IllegalState.
    """
    definition = await lock_scheme(operation, session, scheme_id)
    scheme = definition.scheme
    if scheme.revises is not None:
        raise IllegalState("Coupons belong to the scheme itself, not to its next revision.", SCHEME_PATH)
    if scheme.approved_at is None:
        raise IllegalState(f"“{scheme.title}” is not approved yet. Coupons follow its approval.", SCHEME_PATH)
    if EarningChannel.COUPON not in definition.content.basics.channels:
        raise IllegalState(f"“{scheme.title}” has no coupons: ECPs earn only through sales.", SCHEME_PATH)
    return definition


async def require_scheme(operation: Operation, fetching: Fetching, scheme_id: UUID) -> None:
    """Check that the viewer may see a scheme. Raises NotFound."""
    if not await fetching.fetch(select_schemes_by_id(operation.viewer.scheme_scope), ids=[scheme_id]):
        raise NotFound("scheme", SCHEME_PATH)


async def name_scheme(fetching: Fetching, scheme_id: UUID) -> SchemeName:
    """Name an approved scheme, as far as a sentence needs it, without its content."""
    (scheme,) = await fetching.fetch(select_schemes_by_id(SchemeScope.ALL), ids=[scheme_id])
    return SchemeName(scheme.title)


async def quantities_of_scheme(fetching: Fetching, scheme_id: UUID) -> Sequence[CouponQuantities]:
    """Load the quantities of coupons of a scheme, by SKU."""
    return [build_quantities(row) for row in await fetching.fetch(QUANTITIES_BY_SCHEME, ids=[scheme_id])]
