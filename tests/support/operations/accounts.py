"""Documents of accounts: the identities with which they sign in."""

from collections.abc import Awaitable, Callable
from typing import Any

from domain.node_kinds import NodeKind
from resolvers.accounts.link_identity import LinkIdentity, link_identity
from tests.support.client import gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.operations.documents import Prepared
from tests.support.world import World

ISSUER = "https://id.example.com"


def _named(world: World) -> dict[str, Any]:
    account_id = gid(NodeKind.ACCOUNT, world.accounts["ANALYST"].id)
    return {"accountId": account_id, "issuer": ISSUER, "subject": "analyst-1"}


async def _identities(_factory: SchemeFactory, _world: World) -> Prepared:
    return "ADMIN", {"search": "analyst"}


async def _to_link(_factory: SchemeFactory, world: World) -> Prepared:
    return "ADMIN", {"input": _named(world)}


async def _to_unlink(factory: SchemeFactory, world: World) -> Prepared:
    command = LinkIdentity(account_id=world.accounts["ANALYST"].id, issuer=ISSUER, subject="analyst-1")
    await link_identity(factory.operation("ADMIN"), command)
    return "ADMIN", {"input": _named(world)}


OF_ACCOUNTS: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "portal/AccountIdentities": _identities,
    "portal/LinkIdentity": _to_link,
    "portal/UnlinkIdentity": _to_unlink,
}
