"""The type of ECPs."""

from datetime import datetime

import strawberry

from db.ecps.rows import EcpRow
from domain.ecps.activities import ActivityOutcome
from domain.failures import InvalidInput
from domain.node_kinds import NodeKind
from resolvers.catalog.loaders import geographies_by_id, tiers_by_id
from resolvers.ecps.loaders import accounts_of_ecps, actions_by_standing, contacts_by_ecp
from resolvers.enrollments.lists import enrollments_by_ecp
from schema.accounts.types import Account
from schema.catalog.types import Geography, Tier
from schema.ecps.enums import EcpAction, EcpStatus
from schema.enrollments.types import Enrollment, page_of_ecp
from schema.errors import UserError, user_errors
from schema.fields import batched, computed, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.paging import Connection

_FOR_SOME = "Only the ECP itself and who has the permission `ecp:manage` see it; null for everybody else."


@node_type(EcpRow, "A field influencer, who recommends products and earns points.")
class Ecp(Node):
    id: strawberry.ID = node_id(NodeKind.ECP)
    code: str = leaf("The code people use, like `ECP-2026-000123`; it stays when everything else is erased.")
    display_name: str = leaf("The name that people see.")
    practice: str | None = leaf("The workshop, shop or practice where the ECP works.")
    geography: Geography = batched(
        geographies_by_id, key="geography_id", description="Where the ECP works: a city, region or country."
    )
    tier: Tier | None = batched(tiers_by_id, key="tier_id", description="The tier; null until the ECP is verified.")
    status: EcpStatus = leaf("Where it stands.")
    status_label: str = computed(lambda row: EcpStatus(row.status).label, "The status as people read it.")
    email: str | None = batched(
        contacts_by_ecp,
        key="id",
        pick=lambda contact: contact and contact.email,
        description=f"The e-mail address. {_FOR_SOME}",
    )
    phone: str | None = batched(
        contacts_by_ecp,
        key="id",
        pick=lambda contact: contact and contact.phone,
        description=f"The telephone number. {_FOR_SOME}",
    )
    license_number: str | None = batched(
        contacts_by_ecp,
        key="id",
        pick=lambda contact: contact and contact.license_number,
        description=f"The number of the professional license. {_FOR_SOME}",
    )
    registered_at: datetime = leaf("When the ECP registered.")
    verified_at: datetime | None = leaf("When it was verified first; null until then.")
    suspended_reason: str | None = leaf("Why it is suspended; null unless it is.")
    erased_at: datetime | None = leaf("When its personal data was erased; null unless it was.")
    erased_reason: str | None = leaf("Why its personal data was erased; null unless it was.")
    updated_at: datetime = leaf("When it changed last.")
    account: Account | None = batched(
        accounts_of_ecps,
        key="account_id",
        description="The account that the ECP signs in with. Only the ECP itself and who has the permission "
        "`ecp:manage` or `account:read` see it; null for everybody else, and once it is erased.",
    )
    viewer_actions: list[EcpAction] = batched(
        actions_by_standing,
        key="standing",
        description="What the viewer may do now; none of these fails for the state.",
    )
    enrollments: Connection[Enrollment] = batched(
        enrollments_by_ecp,
        key="id",
        arguments=page_of_ecp,
        description="The schemes in which the ECP takes part or asked to, last requested first.",
    )


@strawberry.type(description="What became of one reported activity.")
class ActivityResult:
    external_id: str = leaf("What the reporting system calls the activity.")
    outcome: ActivityOutcome = leaf("What became of it.")
    errors: list[UserError] = computed(
        lambda row: user_errors(InvalidInput(*row.problems)), "Why it was rejected; empty otherwise."
    )
