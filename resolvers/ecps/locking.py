"""What the mutations of ECPs share: lock an ECP, pin a place, and validate the details of an ECP."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final
from uuid import UUID

from db.catalog.rows import GeographyRow
from db.ecps.reads import ECP_BY_EMAIL, LOCK_GEOGRAPHY_FOR_SHARE, select_ecp_for_update
from db.ecps.rows import EcpPlace, EcpRecord
from db.sessions import Writing
from domain.catalog.facts import GeographyLevel
from domain.ecps.failures import ECP_PATH
from domain.ecps.guards import ECP_GUARDS, EcpAction
from domain.ecps.inputs import MISSING_PLACE, TAKEN_EMAIL, EcpDetails, details_problems
from domain.failures import InvalidInput, NotFound, Problem
from domain.text import text_key
from domain.viewers import EcpScope
from resolvers.context import Operation
from resolvers.ecps.loaders import scope_parameters
from resolvers.validation import reject_invalid

# The field and the sentence for each unique index that a mutation may violate.
UNIQUE_FIELDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"uq_ecp__email_key": ("email", TAKEN_EMAIL.message)}
)


async def lock_ecp(
    operation: Operation, session: Writing, ecp_id: UUID, action: EcpAction | None, *, scope: EcpScope | None = None
) -> EcpRecord:
    """Lock an ECP that the viewer may see and check the guard of `action`; `scope` overrides the scope of the viewer.

    Raises NotFound, IllegalState and SelfApproval.
    """
    shown = operation.viewer.ecp_scope if scope is None else scope
    rows = await session.fetch(select_ecp_for_update(shown), id=ecp_id, **scope_parameters(operation.viewer, shown))
    if not rows:
        raise NotFound("ECP", ECP_PATH)
    if action is not None:
        ECP_GUARDS.check(action, rows[0].ecp.standing, operation.viewer)
    return rows[0]


async def pin_place(session: Writing, geography_id: UUID) -> EcpPlace | None:
    """Lock a geography for sharing until the transaction ends and return its place; None when it does not exist.

    Geographies are always locked upward, from child to parent.
    """
    chain: list[GeographyRow] = []
    above: UUID | None = geography_id
    while above is not None:
        rows = await session.fetch(LOCK_GEOGRAPHY_FOR_SHARE, id=above)
        if not rows:
            return None
        chain += rows
        above = rows[0].parent_id
    region = next((row.id for row in chain if row.level == GeographyLevel.REGION), None)
    return EcpPlace(geography_id=geography_id, name=chain[0].name, region_id=region, country_id=chain[-1].id)


def require_place(place: EcpPlace | None, found: Sequence[Problem]) -> EcpPlace:
    """Return the place. Raises InvalidInput with all problems if it is missing or there are others."""
    if place is None:
        raise InvalidInput(*(problem.under("input") for problem in (*found, MISSING_PLACE)))
    reject_invalid(found)
    return place


async def find_problems(session: Writing, details: EcpDetails, ecp_id: UUID | None = None) -> list[Problem]:
    """Find all problems with the details of an ECP; `ecp_id` is the id of the ECP if it is already registered."""
    found = [*details_problems(details)]
    owners = [] if details.email is None else await session.fetch(ECP_BY_EMAIL, email_key=text_key(details.email))
    if any(owner != ecp_id for owner in owners):
        found.append(TAKEN_EMAIL)
    return found
