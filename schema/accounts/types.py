"""Types of accounts and API keys."""

from datetime import datetime

import strawberry

from db.accounts.rows import AccountRow, ApiKeyRow
from domain.accounts.identities import IdentityOrigin
from domain.node_kinds import NodeKind
from domain.permissions import Role
from resolvers.accounts.loaders import accounts_by_id, identities_by_account, visible_emails
from resolvers.catalog.loaders import vendors_by_id
from schema.catalog.types import Vendor
from schema.descriptions import described
from schema.fields import batched, computed, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type

described(
    Role,
    "The role of an account in the program.",
    {
        Role.ADMIN: "Maintains accounts, roles, the catalog, vendors and API keys.",
        Role.PROGRAM_MANAGER: "Defines and follows schemes, and manages ECPs.",
        Role.APPROVER: "Approves schemes, but never a scheme that they submitted.",
        Role.OPERATIONS: "Generates coupons, allocates vendors and settles discrepancies.",
        Role.DESIGNER: "Uploads artwork and answers change requests.",
        Role.VENDOR: "Works for one vendor in a vendor chain.",
        Role.ECP: "Recommends products as a field influencer, and earns points.",
        Role.ANALYST: "Reads analytics and reports. Changes nothing.",
        Role.INTEGRATION: "A connected system that uses an API key.",
    },
)


described(
    IdentityOrigin,
    "How an identity was linked to an account.",
    {
        IdentityOrigin.EMAIL: "At the first sign-in, by the e-mail address that the identity provider has verified.",
        IdentityOrigin.ADMIN: "By an administrator.",
        IdentityOrigin.REGISTRATION: "When a person without an account registered as an ECP.",
    },
)


@strawberry.type(description="An identity at an identity provider, with which an account signs in.")
class AccountIdentity:
    issuer: str = leaf("The issuer, as its tokens have it in `iss`.")
    subject: str = leaf("The person, as the tokens of the issuer have it in `sub`.")
    origin: IdentityOrigin = computed(lambda row: IdentityOrigin(row.origin), "How it was linked.")
    linked_at: datetime = leaf("When it was linked.")
    linked_by: "Account" = batched(
        accounts_by_id,
        key="linked_by",
        description="The account that linked it: an administrator, or the account itself.",
    )


@node_type(AccountRow, "A person or a connected system that can sign in.")
class Account(Node):
    id: strawberry.ID = node_id(NodeKind.ACCOUNT)
    display_name: str = leaf("The display name.")
    email: str | None = batched(
        visible_emails,
        key="address",
        description="The e-mail address. Null unless the viewer is this account or has the permission `scheme:follow`.",
    )
    roles: list[Role] = leaf("The current roles of the account.")
    vendor: Vendor | None = batched(
        vendors_by_id, key="vendor_id", description="The vendor that the account works for. Null if it works for none."
    )
    created_at: datetime = leaf("When the account was created.")
    disabled_at: datetime | None = leaf("When the account was disabled. Null if it can sign in.")
    identities: list[AccountIdentity] | None = batched(
        identities_by_account,
        key="id",
        description="The identities with which the account signs in, up to 10. Null unless the viewer has the "
        "permission `account:read`.",
    )


@node_type(ApiKeyRow, "A key with which a connected system acts as an account. Only a hash of its secret is stored.")
class ApiKey(Node):
    id: strawberry.ID = node_id(NodeKind.API_KEY)
    name: str = leaf("The purpose of the key.")
    hint: str = leaf("The first characters of the secret, to recognize the key.")
    account: Account = batched(accounts_by_id, key="account_id", description="The account that the key acts as.")
    created_by: Account = batched(accounts_by_id, key="created_by", description="The account that created the key.")
    created_at: datetime = leaf("When the key was created.")
    revoked_at: datetime | None = leaf("When the key was revoked. Null if it still works.")
