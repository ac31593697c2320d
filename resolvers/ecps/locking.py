"""What the mutations of ECPs share: locking one, holding a place, and what is wrong with what is told of somebody."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct

from db.catalog.rows import GeographyRow
from db.ecps.reads import ECP_BY_EMAIL, LOCK_GEOGRAPHY_FOR_SHARE, lock_ecp
from db.ecps.rows import EcpPlace, EcpRecord
from db.sessions import Writing
from domain.catalog.facts import GeographyLevel
from domain.ecps.failures import ECP_PATH
from domain.ecps.guards import ECP_GUARDS, EcpAction
from domain.ecps.inputs import MISSING_PLACE, TAKEN_EMAIL, EcpDetails, details_problems
from domain.failures import InvalidInput, NotFound, Problem
from domain.permissions import EcpScope
from resolvers.context import Operation
from resolvers.ecps.loaders import seen_by
from resolvers.validation import reject_invalid

# The unique index of e-mail addresses, and the field that is to blame.
TAKEN: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({"uq_ecp__email": ("email", TAKEN_EMAIL.message)})


class Decided(Struct, frozen=True):
    """An ECP that something is decided about, with a reason."""

    ecp_id: UUID
    reason: str


async def locked(
    operation: Operation, session: Writing, ecp_id: UUID, action: EcpAction | None, *, scope: EcpScope | None = None
) -> EcpRecord:
    """Lock an ECP that the viewer may see, in order to do `action`; with a `scope` one of those that it shows.

    Raises NotFound, IllegalState and SelfApproval.
    """
    shown = operation.viewer.ecp_scope if scope is None else scope
    rows = await session.fetch(lock_ecp(shown), id=ecp_id, **seen_by(operation.viewer, shown))
    if not rows:
        raise NotFound("ECP", ECP_PATH)
    if action is not None:
        ECP_GUARDS.check(action, rows[0].ecp.standing, operation.viewer)
    return rows[0]


async def pin_place(session: Writing, geography_id: UUID) -> EcpPlace | None:
    """The place of a geography, held until the transaction ends; None when it does not exist.

    Geographies are always locked from the lower to the upper one.
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


def settled(place: EcpPlace | None, found: Sequence[Problem]) -> EcpPlace:
    """The place, if there is one and nothing else is wrong. Raises InvalidInput with everything that is."""
    if place is None:
        raise InvalidInput(*(problem.under("input") for problem in (*found, MISSING_PLACE)))
    reject_invalid(found)
    return place


async def problems(session: Writing, details: EcpDetails, ecp_id: UUID | None = None) -> list[Problem]:
    """Everything that is wrong with what is told of an ECP; `ecp_id` is who it is told of, if it is one already."""
    found = [*details_problems(details)]
    owners = [] if details.email is None else await session.fetch(ECP_BY_EMAIL, email=details.email)
    if any(owner != ecp_id for owner in owners):
        found.append(TAKEN_EMAIL)
    return found
