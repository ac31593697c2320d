"""Errors of the catalog that carry data."""

import strawberry

from domain.catalog.facts import LISTED_SCHEMES, AffectedState
from domain.catalog.failures import ImpactNotAcknowledged
from domain.node_kinds import NodeKind
from schema.descriptions import described
from schema.errors import UserError, error_type
from schema.fields import leaf
from schema.ids import node_id

described(
    AffectedState,
    "Why a change of the catalog matters to a scheme.",
    {
        AffectedState.IN_FORCE: "The scheme is approved and has not ended.",
        AffectedState.SCHEDULED: "The revision is approved and takes effect later.",
        AffectedState.SUBMITTED: "The scheme or revision waits for approval.",
    },
)


@strawberry.type(description="A scheme or revision that a change of the catalog affects.")
class AffectedScheme:
    scheme_id: strawberry.ID = node_id(NodeKind.SCHEME)
    code: str = leaf("The code of the scheme.")
    revision: int = leaf("The number of the revision.")
    title: str = leaf("The title.")
    state: AffectedState = leaf("Why the change matters to the scheme.")
    enrolled_ecps: int = leaf("The number of enrolled ECPs whom the change concerns.")


@error_type(
    ImpactNotAcknowledged,
    "The change affects schemes that are approved or wait for approval. To make it anyway, set `acknowledgeImpact`: it "
    "applies to sales from then on, and the people who work on these schemes are notified.",
)
class ImpactNotAcknowledgedError(UserError):
    schemes: list[AffectedScheme] = leaf(f"The affected schemes, ordered by code; the first {LISTED_SCHEMES} of them.")
    scheme_count: int = leaf("The number of all affected schemes.")
    ecp_count: int = leaf(
        "The number of active ECPs concerned: of a tier, those who have it; of a place, those who work there; of a "
        "category, those who work where the schemes run."
    )
