"""The mutation addAlias."""

from collections.abc import Iterator
from uuid import UUID

from msgspec import Struct

from db.catalog.reads import VARIANTS_BY_ID
from db.ecps.reads import select_ecp_for_update
from db.sales.alias_changes import add_alias_row
from db.sales.reads import ALIAS_BY_KEY, CODES_LIKE_KEY
from db.sessions import Writing
from domain.codes import normalize_code
from domain.ecps.facts import EcpStatus
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.sales.aliases import alias_key, alias_notices, alias_problems
from domain.sales.facts import AliasKind
from domain.text import quote, trim_text
from domain.viewers import EcpScope
from resolvers.context import Operation
from resolvers.outbox.append import append_event
from resolvers.sales.retry_parked import retry_naming
from resolvers.validation import open_upsert, reject_invalid


class AddAlias(Struct, frozen=True):
    """Let sales name an ECP or a variant by an alias."""

    kind: AliasKind
    alias: str
    variant_id: UUID | None = None
    ecp_id: UUID | None = None


class AliasAdded(Struct, frozen=True):
    """The new alias, how many parked sales were recorded because of it, and what looks like a mistake."""

    alias_id: UUID
    recorded: int
    notices: tuple[str, ...] = ()


async def add_alias(operation: Operation, command: AddAlias) -> AliasAdded:
    """Add an alias, and record the parked sales that waited for it. Raises InvalidInput."""
    alias = trim_text(command.alias)
    reject_invalid([*alias_problems(alias, ("alias",), "The alias"), *_target_problems(command)])
    key = alias_key(command.kind, alias)
    taken = {"uq_sale_alias__kind_key": ("alias", "This alias already names an ECP or a variant.")}
    async with open_upsert(operation, taken) as session:
        reject_invalid(await _find_problems(session, command, alias, key))
        alias_id = operation.new_id()
        await add_alias_row(
            session,
            id=alias_id,
            kind=command.kind.value,
            alias=alias,
            key=key,
            variant_id=command.variant_id,
            ecp_id=command.ecp_id,
            added_at=operation.now,
            added_by=operation.viewer.account_id,
        )
        await append_event(operation, session, EventKind.ALIAS_ADDED, alias_id)
        recorded = await retry_naming(operation, session, key)
    return AliasAdded(alias_id, recorded, tuple(alias_notices(command.kind, alias)))


def _target_problems(command: AddAlias) -> Iterator[Problem]:
    is_sku = command.kind is AliasKind.SKU
    wanted, other = (
        (("variantId", command.variant_id), ("ecpId", command.ecp_id))
        if is_sku
        else (("ecpId", command.ecp_id), ("variantId", command.variant_id))
    )
    noun = "a variant" if is_sku else "an ECP"
    if wanted[1] is None:
        message = f"An alias of the kind {command.kind.value} stands for {noun}: give its ID."
        yield Problem(UserErrorCode.REQUIRED, message, (wanted[0],))
    if other[1] is not None:
        message = f"An alias of the kind {command.kind.value} stands for {noun} only."
        yield Problem(UserErrorCode.CONFLICT, message, (other[0],))


async def _find_problems(session: Writing, command: AddAlias, alias: str, key: str) -> list[Problem]:
    found = []
    for known in await session.fetch(ALIAS_BY_KEY, kind=command.kind.value, key=key):
        message = (
            f"{quote(known.alias)} is an alias of {known.code} already. Remove that alias first, or choose another."
        )
        found.append(Problem(UserErrorCode.DUPLICATE, message, ("alias",)))
    if command.variant_id is not None and not await session.fetch(VARIANTS_BY_ID, ids=[command.variant_id]):
        found.append(Problem(UserErrorCode.NOT_FOUND, "This variant does not exist.", ("variantId",)))
    if command.ecp_id is not None:
        # Locked, because erasing the ECP deletes its aliases.
        records = await session.fetch(select_ecp_for_update(EcpScope.ALL), id=command.ecp_id)
        if not records:
            found.append(Problem(UserErrorCode.NOT_FOUND, "This ECP does not exist.", ("ecpId",)))
        elif records[0].ecp.status == EcpStatus.CLOSED.value:
            message = "This ECP is closed and gets no more aliases. Its code still names it."
            found.append(Problem(UserErrorCode.ILLEGAL_STATE, message, ("ecpId",)))
    if await session.fetch(CODES_LIKE_KEY, kind=command.kind.value, code=normalize_code(alias)):
        noun = "SKU of a variant" if command.kind is AliasKind.SKU else "code of an ECP"
        found.append(Problem(UserErrorCode.DUPLICATE, f"This is the {noun}, which needs no alias.", ("alias",)))
    return found
