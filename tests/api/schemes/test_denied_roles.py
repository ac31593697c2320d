"""Denials: every root field against every role, bad credentials, and removed roles."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import graphql
import jwt
import pytest
import strawberry
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.node_kinds import NodeKind
from domain.permissions import Permission, Role, roles_with
from graphql_api.identity.development import dev_token
from graphql_api.settings import Settings
from schema.build import build_schema
from schema.roots import POLICY
from tests.support.client import Answer, Client, Clients, gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import input_of, mutate, scheme
from tests.support.printed_schema import SCHEMA
from tests.support.unchanged import nothing_changes
from tests.support.world import World, key

ROOTS = {"Query": SCHEMA.query_type, "Mutation": SCHEMA.mutation_type, "Subscription": SCHEMA.subscription_type}
FIELDS = {name: root.fields for name, root in ROOTS.items() if root is not None}
VALUES: Mapping[str, Any] = {
    "Boolean": False,
    "Date": "2026-05-01",
    "DateTime": "2026-05-01T00:00:00Z",
    "Decimal": "1",
    "Float": 1.0,
    "ID": "x",
    "Int": 1,
    "SafeInt": 1,
    "String": "x",
}
# Repeated from the requirements, to catch mistakes in the table of permissions.
WHO_DEFINES = {Role.PROGRAM_MANAGER}
WHO_APPROVES = {Role.APPROVER}
WHO_ADMINISTERS = {Role.ADMIN}
# Mutations about ECPs, each with its own permission.
WHO_CHANGES_ECPS = {
    "registerEcp": {Role.ECP},
    "verifyEcp": {Role.PROGRAM_MANAGER},
    "suspendEcp": {Role.PROGRAM_MANAGER},
    "updateEcp": {Role.PROGRAM_MANAGER, Role.ECP},
    "eraseEcp": {Role.PROGRAM_MANAGER, Role.ADMIN},
    "redeemCoupon": {Role.ECP},
    "unlockEcp": {Role.PROGRAM_MANAGER},
    "enroll": {Role.PROGRAM_MANAGER, Role.ECP},
    "withdrawEnrollment": {Role.PROGRAM_MANAGER, Role.ECP},
    "decideEnrollment": {Role.PROGRAM_MANAGER},
    "recordActivities": {Role.INTEGRATION},
    "adjustPoints": {Role.PROGRAM_MANAGER},
    "decideAdjustment": {Role.PROGRAM_MANAGER},
    "withdrawAdjustment": {Role.PROGRAM_MANAGER},
}
# Mutations about coupons, consignments, and artwork.
BY_OPERATIONS = (
    *("generateCoupons", "closeShortfall", "voidCoupons"),
    *("createConsignment", "updateConsignment", "cancelConsignment", "resolveDiscrepancy"),
)
BY_VENDORS = (
    *("recordProduction", "declarePacks", "unpackPacks", "dispatchBatch", "voidDispatch", "receiveBatch"),
    *("voidReceipt", "reportDamage", "commissionCoupons"),
)
WHO_EXECUTES = {
    **{name: {Role.OPERATIONS} for name in BY_OPERATIONS},
    **{name: {Role.VENDOR} for name in BY_VENDORS},
    "requestCodeDownload": {Role.OPERATIONS, Role.VENDOR},
    "createUpload": {Role.ADMIN, Role.PROGRAM_MANAGER, Role.DESIGNER, Role.INTEGRATION},
    "uploadArtwork": {Role.DESIGNER},
    "approveArtwork": {Role.VENDOR},
    "requestArtworkRevision": {Role.VENDOR},
}
# Mutations about sales. Guards say whose imports somebody may cancel or retry.
IMPORT_ENDS = ("cancelImport", "retryImport")
WHO_SELLS = {
    "recordSales": {Role.INTEGRATION},
    "importSales": {Role.INTEGRATION, Role.PROGRAM_MANAGER},
    **{name: {Role.ADMIN, Role.ANALYST, Role.ECP, Role.INTEGRATION, Role.PROGRAM_MANAGER} for name in IMPORT_ENDS},
    **{name: {Role.ADMIN, Role.PROGRAM_MANAGER} for name in ("addAlias", "removeAlias", "discardParkedSales")},
}
# Mutations about settlements.
WHO_SETTLES = {
    "settleScheme": {Role.PROGRAM_MANAGER},
    "withdrawSettlement": {Role.PROGRAM_MANAGER},
    "approveSettlement": {Role.APPROVER},
    "rejectSettlement": {Role.APPROVER},
    "recordPayouts": {Role.PROGRAM_MANAGER, Role.INTEGRATION},
}
# Mutations that only concern the viewer's own objects.
FOR_EVERYBODY = {"markNotificationsRead", "cancelJob", "retryJob"}
SIGN_IN = "You are not signed in. Send a token or an API key."
NOT_VALID = "This token is not valid: sign in again."
NO_ACCOUNT = "This credential does not open an account. It was revoked, or the account is disabled."
UPSERT_ACCOUNT = """mutation($input: UpsertAccountInput!) {
  upsertAccount(input: $input) { account { roles disabledAt } errors { code message path } }
}"""
CREATE_KEY = """mutation($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { apiKey { id } secret errors { code message path } }
}"""
REVOKE_KEY = "mutation($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { errors { code message path } } }"
WHO = "{ viewer { account { displayName } roles } }"


def policies(schema: strawberry.Schema, root: str) -> dict[str, Permission | None]:
    """The permission that each root field requires; None where none is declared."""
    definition: Any = schema.get_type_by_name(root)
    if definition is None:
        return {}
    name_of = schema.config.name_converter.get_graphql_name
    return {name_of(field): field.metadata.get(POLICY) for field in definition.fields}


REAL: strawberry.Schema = build_schema(strawberry.Schema)
POLICIES = {root: policies(REAL, root) for root in ROOTS}


@pytest.mark.parametrize("root", FIELDS)
def test_every_root_field_declares_its_permission(root: str) -> None:
    assert POLICIES[root].keys() == FIELDS[root].keys()
    assert [name for name, policy in POLICIES[root].items() if policy is None] == []
    for name, field in FIELDS[root].items():
        assert (field.description or "").endswith(f"Requires the permission `{POLICIES[root][name]}`."), name


def test_only_these_roles_have_mutations() -> None:
    for name, policy in POLICIES["Mutation"].items():
        assert policy is not None
        decides = name in {"approveScheme", "requestSchemeChanges", "rejectScheme"}
        scheming = WHO_APPROVES if decides else WHO_DEFINES
        if name == "simulateScheme":
            scheming = WHO_DEFINES | WHO_APPROVES
        others = set(Role) if name in FOR_EVERYBODY else WHO_ADMINISTERS
        of_area = {**WHO_CHANGES_ECPS, **WHO_EXECUTES, **WHO_SELLS, **WHO_SETTLES}
        expected = of_area.get(name, scheming if "Scheme" in name else others)
        assert set(roles_with(policy)) == expected, name


@pytest.mark.parametrize("name", FIELDS["Mutation"])
async def test_a_mutation_is_denied_to_every_other_role(clients: Clients, database_url: str, name: str) -> None:
    policy = POLICIES["Mutation"][name]
    assert policy is not None
    allowed = roles_with(policy)
    assert allowed
    assert (set(allowed) == set(Role)) is (name in FOR_EVERYBODY)
    async with nothing_changes(database_url):
        for role in set(Role) - set(allowed):
            (error,) = (await _send(clients[role], "Mutation", name)).errors
            assert error["extensions"] == {"code": "FORBIDDEN", "permission": policy.value}, role
            assert error["path"] == [name]
            takes = "the role" if len(allowed) == 1 else "one of the roles"
            assert error["message"].startswith(f"Your roles do not allow this. It requires {takes} {allowed[0].noun}")
            assert error["message"].endswith(f" {allowed[-1].noun}.")
        (error,) = (await _send(clients.anonymous, "Mutation", name)).errors
        assert (error["extensions"], error["message"]) == ({"code": "UNAUTHENTICATED"}, SIGN_IN)
    for role in allowed:
        # These inputs may be rejected for other reasons, but not for the role.
        assert (await _send(clients[role], "Mutation", name)).data[name]["__typename"]


async def test_a_query_is_denied_to_every_other_role_and_to_anonymous_clients(clients: Clients) -> None:
    for name, policy in POLICIES["Query"].items():
        assert policy is not None
        (error,) = (await _send(clients.anonymous, "Query", name)).errors
        assert (error["extensions"], error["message"]) == ({"code": "UNAUTHENTICATED"}, SIGN_IN), name
        for role in set(Role) - set(roles_with(policy)):
            (error,) = (await _send(clients[role], "Query", name)).errors
            assert error["extensions"] == {"code": "FORBIDDEN", "permission": policy.value}, (name, role)
            assert error["path"] == [name]
        for role in roles_with(policy):
            answer = await _send(clients[role], "Query", name)
            assert {error["extensions"]["code"] for error in answer.body.get("errors", [])} <= {"BAD_USER_INPUT"}, (
                name,
                role,
            )


async def test_a_bad_credential_grants_no_access(
    clients: Clients, world: World, settings: Settings, database_url: str
) -> None:
    manager = world.accounts["PROGRAM_MANAGER"].id
    valid = dev_token(settings, manager)
    head, body, signature = valid.split(".")
    credentials = {
        "garbage": NOT_VALID,
        "a.b.c": NOT_VALID,
        f"{head}.{body}.": NOT_VALID,
        f"{head}.{body}.{signature[:-4]}AAAA": NOT_VALID,
        _unsigned(manager, settings): NOT_VALID,
        _signed(Ed25519PrivateKey.generate(), settings, sub=str(manager)): NOT_VALID,
        dev_token(settings, manager, datetime(2020, 1, 1, tzinfo=UTC)): "This token has expired: sign in again.",
        dev_token(settings.model_copy(update={"jwt_audience": "another"}), manager): NOT_VALID,
        dev_token(settings.model_copy(update={"jwt_issuer": "another"}), manager): NOT_VALID,
        dev_token(settings, key("no such account")): NO_ACCOUNT,
        "tsk_garbage": NO_ACCOUNT,
    }
    async with nothing_changes(database_url):
        for credential, message in credentials.items():
            _assert_turned_away(await _create(clients.with_credential(credential)), message)
        for header in ("Basic Zm9vOmJhcg==", "Bearer", valid):
            client = Client(clients.anonymous.http, {"Authorization": header})
            _assert_turned_away(await _create(client), "Send the credential as “Authorization: Bearer …”.")
    assert (await clients.with_credential(valid).send(WHO)).data["viewer"]["roles"] == ["PROGRAM_MANAGER"]


async def test_a_removed_role_is_gone_with_the_next_request(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    scheme_id = scheme(await factory.created())
    both, saving = clients["manager and approver"], input_of("saveSchemeBasics", scheme_id)
    await mutate(both, "saveSchemeBasics", **saving)
    await _change_account(clients, world, "manager and approver", roles=["APPROVER"])
    async with nothing_changes(database_url):
        for client in (both, clients["manager and approver"]):
            (error,) = (await _send(client, "Mutation", "saveSchemeBasics")).errors
            assert error["extensions"] == {"code": "FORBIDDEN", "permission": "scheme:define"}
        assert (await both.send(WHO)).data["viewer"]["roles"] == ["APPROVER"]
    await _change_account(clients, world, "manager and approver", roles=["PROGRAM_MANAGER"])
    await mutate(both, "saveSchemeBasics", **{**saving, "expectedVersion": 1})


async def test_a_disabled_account_has_no_access_until_it_is_enabled(
    clients: Clients, world: World, database_url: str
) -> None:
    manager = clients["PROGRAM_MANAGER"]
    await _change_account(clients, world, "PROGRAM_MANAGER", roles=["PROGRAM_MANAGER"], disabled=True)
    async with nothing_changes(database_url):
        _assert_turned_away(await _create(manager), NO_ACCOUNT)
        _assert_turned_away(await manager.send(WHO), NO_ACCOUNT)
    await _change_account(clients, world, "PROGRAM_MANAGER", roles=["PROGRAM_MANAGER"])
    assert (await _create(manager)).data["createScheme"]["errors"] == []


async def test_a_revoked_api_key_grants_no_access(clients: Clients, world: World, database_url: str) -> None:
    named = {"accountId": gid(NodeKind.ACCOUNT, world.accounts["PROGRAM_MANAGER"].id), "name": "Importer"}
    made = (await clients["ADMIN"].send(CREATE_KEY, input=named)).data["createApiKey"]
    system = clients.with_credential(made["secret"])
    assert (await system.send(WHO)).data["viewer"]["roles"] == ["PROGRAM_MANAGER"]
    revoked = await clients["ADMIN"].send(REVOKE_KEY, input={"apiKeyId": made["apiKey"]["id"]})
    assert revoked.data == {"revokeApiKey": {"errors": []}}
    async with nothing_changes(database_url):
        _assert_turned_away(await _create(system), NO_ACCOUNT)


async def _send(client: Client, root: str, name: str) -> Answer:
    """Send the smallest valid operation on one root field."""
    field = FIELDS[root][name]
    required = {key: argument for key, argument in field.args.items() if graphql.is_required_argument(argument)}
    declared = ", ".join(f"${key}: {argument.type}" for key, argument in required.items())
    passed = ", ".join(f"{key}: ${key}" for key in required)
    arguments = (f"({declared})", f"({passed})") if required else ("", "")
    selection = " { __typename }" if graphql.is_composite_type(graphql.get_named_type(field.type)) else ""
    query = f"{root.lower()}{arguments[0]} {{ {name}{arguments[1]}{selection} }}"
    return await client.send(query, **{key: _smallest(argument.type) for key, argument in required.items()})


def _smallest(kind: Any) -> Any:
    """The smallest value that an input type lets through, found from the type alone."""
    if graphql.is_non_null_type(kind):
        return _smallest(kind.of_type)
    if graphql.is_list_type(kind):
        return []
    if graphql.is_enum_type(kind):
        return next(iter(kind.values))
    if graphql.is_input_object_type(kind):
        fields = {name: field.type for name, field in kind.fields.items()}
        if kind.is_one_of:
            name = next(name for name, item in fields.items() if not graphql.is_input_object_type(item))
            return {name: _smallest(fields[name])}
        return {
            name: _smallest(item) for name, item in fields.items() if graphql.is_required_input_field(kind.fields[name])
        }
    return VALUES[kind.name]


async def _create(client: Client) -> Answer:
    query = "mutation($input: CreateSchemeInput!) { createScheme(input: $input) { errors { code } } }"
    return await client.send(query, input={"title": "Monsoon Care", "earningChannels": ["SALE"]})


async def _change_account(clients: Clients, world: World, name: str, **changes: Any) -> None:
    account = world.accounts[name]
    given = {"id": gid(NodeKind.ACCOUNT, account.id), "displayName": account.display_name, "email": account.email}
    answer = await clients["ADMIN"].send(UPSERT_ACCOUNT, input={**given, **changes})
    assert answer.data["upsertAccount"]["errors"] == []


def _assert_turned_away(answer: Answer, message: str) -> None:
    assert answer.status == 401
    assert answer.body == {"errors": [{"message": message, "extensions": {"code": "UNAUTHENTICATED"}}]}


def _signed(private_key: Ed25519PrivateKey, settings: Settings, **claims: Any) -> str:
    known = {"iss": settings.jwt_issuer, "aud": settings.jwt_audience, "exp": 4_000_000_000}
    return jwt.encode({**known, **claims}, private_key, algorithm="EdDSA", headers={"kid": "dev"})


def _unsigned(account_id: UUID, settings: Settings) -> str:
    claims = {"iss": settings.jwt_issuer, "aud": settings.jwt_audience, "exp": 4_000_000_000, "sub": str(account_id)}
    return jwt.encode(claims, "", algorithm="none", headers={"kid": "dev"})
