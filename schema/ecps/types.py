"""The type of ECPs, and of their history."""

from datetime import datetime

import strawberry

from db.ecps.rows import EcpRow
from domain.ecps.activities import ActivityOutcome
from domain.failures import InvalidInput
from domain.node_kinds import NodeKind
from resolvers.adjustments.lists import adjustments_by_ecp
from resolvers.catalog.loaders import geographies_by_id, tiers_by_id
from resolvers.ecps.attempt_lists import attempts_by_ecps
from resolvers.ecps.lists import history_by_ecp
from resolvers.ecps.loaders import accounts_of_ecps, actions_by_standing, contacts_by_ecp
from resolvers.enrollments.lists import enrollments_by_ecp
from resolvers.points.balance_loaders import balances_of_ecps
from resolvers.points.ledger_lists import ledger_by_ecp
from resolvers.points.statement_loaders import statements_of_ecps
from resolvers.sales.lists import sales_by_ecp
from resolvers.settlements.lists import lines_by_ecp
from schema.accounts.types import Account
from schema.adjustments.types import Adjustment
from schema.catalog.types import Geography, Tier
from schema.ecps.attempt_types import RedemptionAttempt
from schema.ecps.enums import EcpAction, EcpStatus
from schema.enrollments.types import Enrollment, page_of_ecp
from schema.errors import UserError, user_errors
from schema.fields import batched, computed, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.paging import Connection, forward_page
from schema.points.inputs import known_time, month_of_scheme, page_of_ledger
from schema.points.ledger_types import PointsBalance, PointsEntry, PointsStatement
from schema.sales.types import Sale, page_of_sales
from schema.settlements.types import SettlementLine


@strawberry.type(description="A period in which the status, the tier and the place of an ECP stayed the same.")
class EcpVersion:
    valid_from: datetime = leaf("When the period began.")
    valid_to: datetime | None = leaf("When the next period began. Null for the present one.")
    status: EcpStatus = leaf("The status of the ECP.")
    status_label: str = computed(lambda row: EcpStatus(row.status).label, "The status as a label for people.")
    tier: Tier | None = batched(tiers_by_id, key="tier_id", description="The tier. Null before the first verification.")
    geography: Geography = batched(
        geographies_by_id, key="geography_id", description="Where the ECP worked: a city, region or country."
    )


_FOR_SOME = "Null unless the viewer is this ECP or has the permission `ecp:manage`."


@node_type(EcpRow, "An ECP: a field influencer who recommends products and earns points.")
class Ecp(Node):
    id: strawberry.ID = node_id(NodeKind.ECP)
    code: str = leaf("The human-readable code, such as `ECP-2026-000123`. It remains when the personal data is erased.")
    display_name: str = leaf("The display name.")
    practice: str | None = leaf("The workshop, shop or practice where the ECP works.")
    geography: Geography = batched(
        geographies_by_id, key="geography_id", description="Where the ECP works: a city, region or country."
    )
    tier: Tier | None = batched(tiers_by_id, key="tier_id", description="The tier. Null until the ECP is verified.")
    status: EcpStatus = leaf("The status of the ECP.")
    status_label: str = computed(lambda row: EcpStatus(row.status).label, "The status as a label for people.")
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
        description=f"The professional license number. {_FOR_SOME}",
    )
    registered_at: datetime = leaf("When the ECP registered.")
    verified_at: datetime | None = leaf("When the ECP was first verified. Null until then.")
    suspended_reason: str | None = leaf("The reason for the suspension. Null unless the ECP is suspended.")
    erased_at: datetime | None = leaf("When the personal data was erased. Null unless it was erased.")
    erased_reason: str | None = leaf("The reason for the erasure. Null unless the personal data was erased.")
    redemption_locked_at: datetime | None = leaf(
        "Since when the ECP may not redeem coupons, because of too many wrong codes. Null unless it is locked."
    )
    updated_at: datetime = leaf("When the ECP last changed.")
    account: Account | None = batched(
        accounts_of_ecps,
        key="account_id",
        description="The account that the ECP signs in with. Null if the ECP was erased, and unless the "
        "viewer is this ECP or has the permission `ecp:manage` or `account:read`.",
    )
    viewer_actions: list[EcpAction] = batched(
        actions_by_standing,
        key="standing",
        description="The actions that the viewer may take now. None of them would fail because of the ECP's state.",
    )
    enrollments: Connection[Enrollment] = batched(
        enrollments_by_ecp,
        key="id",
        arguments=page_of_ecp,
        description="The enrollments of the ECP, including pending applications, last requested first.",
    )
    adjustments: Connection[Adjustment] = batched(
        adjustments_by_ecp,
        key="id",
        arguments=forward_page,
        description="The adjustments of points of the ECP, newest first. ECPs see their own once they are posted.",
    )
    settlement_lines: Connection[SettlementLine] = batched(
        lines_by_ecp,
        key="id",
        arguments=forward_page,
        description="The lines of the ECP in settlements, newest first. ECPs see their own once they are approved. "
        "Empty unless the viewer is this ECP or has the permission `settlement:read`.",
    )
    balance: PointsBalance = batched(
        balances_of_ecps,
        key="id",
        arguments=known_time,
        description="The points of the ECP, in total and by scheme.",
    )
    ledger: Connection[PointsEntry] = batched(
        ledger_by_ecp,
        key="id",
        arguments=page_of_ledger,
        description="The entries of the ECP's ledger, last recorded first. Pages cost the same at any depth.",
    )
    statement: PointsStatement | None = batched(
        statements_of_ecps,
        key="id",
        arguments=month_of_scheme,
        description="The statement of the ECP for a month in a scheme: what was recorded in that month.",
    )
    sales: Connection[Sale] = batched(
        sales_by_ecp,
        key="id",
        arguments=page_of_sales,
        description="The sales of the ECP, newest first. Connected systems see those of their sources.",
    )
    history: Connection[EcpVersion] = batched(
        history_by_ecp,
        key="id",
        arguments=forward_page,
        description="How status, tier and place of the ECP changed, newest first. It remains when the personal data is "
        "erased.",
    )
    redemption_attempts: Connection[RedemptionAttempt] = batched(
        attempts_by_ecps,
        key="id",
        arguments=forward_page,
        description="The attempts of the ECP to redeem coupons, newest first. Empty unless the viewer is this ECP or "
        "has the permission `ecp:manage`.",
    )


@strawberry.type(description="The outcome of one reported activity.")
class ActivityResult:
    external_id: str = leaf("The ID of the activity in the reporting system.")
    outcome: ActivityOutcome = leaf("The outcome.")
    errors: list[UserError] = computed(
        lambda row: user_errors(InvalidInput(*row.problems)), "Why the activity was rejected. Empty unless it was."
    )
