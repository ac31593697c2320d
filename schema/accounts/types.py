"""Types of people and API keys."""

from datetime import datetime

import strawberry

from db.accounts.rows import AccountRow, ApiKeyRow
from domain.node_kinds import NodeKind
from domain.permissions import Role
from resolvers.accounts.loaders import accounts_by_id, visible_emails
from resolvers.catalog.loaders import vendors_by_id
from schema.catalog.types import Vendor
from schema.descriptions import described
from schema.fields import batched, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type

described(
    Role,
    "What an account is in the program.",
    {
        Role.ADMIN: "Keeps accounts, roles, the catalog, vendors and API keys.",
        Role.PROGRAM_MANAGER: "Defines schemes, follows them, and manages ECPs.",
        Role.APPROVER: "Approves schemes, but never one they submitted.",
        Role.OPERATIONS: "Generates coupons, allocates vendors, settles discrepancies.",
        Role.DESIGNER: "Uploads artwork and answers requests for revision.",
        Role.VENDOR: "Works for one vendor at its leg of a chain.",
        Role.ECP: "A field influencer who recommends products and earns points.",
        Role.ANALYST: "Reads analytics and reports, changes nothing.",
        Role.INTEGRATION: "A connected system with an API key.",
    },
)


@node_type(AccountRow, "Somebody, or some system, that signs in.")
class Account(Node):
    id: strawberry.ID = node_id(NodeKind.ACCOUNT)
    display_name: str = leaf("The name that people see.")
    email: str | None = batched(
        visible_emails,
        key="address",
        description="The e-mail address; shown to the account itself and with the permission `scheme:follow`.",
    )
    roles: list[Role] = leaf("The roles the account holds now.")
    vendor: Vendor | None = batched(vendors_by_id, key="vendor_id", description="The vendor the account works for.")
    created_at: datetime = leaf("When the account was made.")
    disabled_at: datetime | None = leaf("Since when the account cannot sign in; null while it can.")


@node_type(ApiKeyRow, "A key with which a connected system acts as an account. Its secret is stored as a hash only.")
class ApiKey(Node):
    id: strawberry.ID = node_id(NodeKind.API_KEY)
    name: str = leaf("What the key is for.")
    hint: str = leaf("The first characters of the secret, to recognize it by.")
    account: Account = batched(accounts_by_id, key="account_id", description="The account that the key acts as.")
    created_by: Account = batched(accounts_by_id, key="created_by", description="Who made the key.")
    created_at: datetime = leaf("When the key was made.")
    revoked_at: datetime | None = leaf("Since when the key opens nothing; null while it works.")
