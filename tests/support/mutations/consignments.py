"""Mutations of coupons and consignments over HTTP, and errors of rejected ones."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.node_kinds import NodeKind
from tests.support.client import Answer, Client, document, gid
from tests.support.world import key

# The code, the path from `input` down, and the message of one error.
InputError = tuple[str, str, str]

VENDOR_MUTATIONS = (
    "recordProduction",
    "declarePacks",
    "unpackPacks",
    "dispatchBatch",
    "voidDispatch",
    "receiveBatch",
    "voidReceipt",
    "reportDamage",
    "commissionCoupons",
)
OPERATIONS_MUTATIONS = (
    "generateCoupons",
    "closeShortfall",
    "createConsignment",
    "updateConsignment",
    "cancelConsignment",
    "resolveDiscrepancy",
    "voidCoupons",
)
VARIANT = gid(NodeKind.VARIANT, key("variant AMB-1L"))
UNKNOWN_VARIANT = gid(NodeKind.VARIANT, key("no such variant"))


def document_of(field: str) -> str:
    """The name of the document that sends a mutation."""
    client = "vendor" if field in VENDOR_MUTATIONS else "portal"
    return f"{client}/{field[0].upper()}{field[1:]}"


def consignment_gid(consignment_id: UUID) -> str:
    """The global id of a consignment."""
    return gid(NodeKind.CONSIGNMENT, consignment_id)


def batch_gid(batch_id: UUID) -> str:
    """The global id of a batch."""
    return gid(NodeKind.BATCH, batch_id)


def ranges(*pairs: tuple[int, int]) -> list[dict[str, int]]:
    """Ranges of serials."""
    return [{"first": first, "last": last} for first, last in pairs]


def line(variant: str = VARIANT, **values: Any) -> dict[str, Any]:
    """A line of a variant."""
    return {"variantId": variant, **values}


async def answer_to(client: Client, field: str, **given: Any) -> Answer:
    """Send a mutation and return the response; `idempotencyKey` is “a key” unless it is given."""
    return await client.send(document(document_of(field)), input={"idempotencyKey": "a key", **given})


async def payload_of(client: Client, field: str, **given: Any) -> Any:
    """Send a mutation and return its payload."""
    return (await answer_to(client, field, **given)).data[field]


async def mutate(client: Client, field: str, **given: Any) -> Any:
    """Send a mutation that must succeed, and return its payload."""
    payload = await payload_of(client, field, **given)
    assert payload["errors"] == []
    return payload


async def expect_failures(client: Client, field: str, **given: Any) -> Sequence[Any]:
    """Send a mutation that must be rejected, and return its errors with their data."""
    payload = await payload_of(client, field, **given)
    errors: list[Any] = payload.pop("errors")
    assert errors
    assert not any(payload.values())
    return errors


async def expect_errors(client: Client, field: str, **given: Any) -> list[InputError]:
    """Send a mutation that must be rejected, and return its errors."""
    errors = await expect_failures(client, field, **given)
    assert all(error["path"][0] == "input" for error in errors)
    return [(error["code"], ".".join(error["path"][1:]), error["message"]) for error in errors]


async def expect_request_error(client: Client, field: str, **given: Any) -> str:
    """Send a mutation whose input makes the whole request invalid, and return the message."""
    answer = await answer_to(client, field, **given)
    assert answer.body.get("data") is None
    (error,) = answer.errors
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    message: str = error["message"]
    return message
