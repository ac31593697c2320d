"""Operations generate and allocate coupons, and correct what they allocated (R11, R12, R13)."""

from typing import Any
from uuid import UUID

import pytest

from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.spans import Span
from tests.support.client import Client, Clients, gid
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.mutations.consignments import (
    UNKNOWN_VARIANT,
    consignment_gid,
    expect_errors,
    expect_failures,
    line,
    mutate,
    ranges,
)
from tests.support.operations.documents import key_of
from tests.support.unchanged import nothing_changes
from tests.support.world import key

NO_FACTORY = "No factory is at the end of the chain, so the last vendor commissions the coupons."


@pytest.fixture
def operations(clients: Clients) -> Client:
    """The person of Operations."""
    return clients[Role.OPERATIONS]


@pytest.fixture
async def scheme_id(consignments: ConsignmentFactory) -> UUID:
    """A scheme with 1,000 coupons of each of two variants."""
    return await consignments.generated()


def vendors(*codes: str) -> list[str]:
    return [gid(NodeKind.VENDOR, key(f"vendor {code}")) for code in codes]


def allocation(scheme_id: UUID, *codes: str, **given: Any) -> dict[str, Any]:
    """The input of a consignment of 600 coupons."""
    chain = vendors(*(codes or ("PRN-1", "PCK-1", "FAC-1")))
    scheme = gid(NodeKind.SCHEME, scheme_id)
    return {"schemeId": scheme, "vendorIds": chain, "lines": [line(quantity=600)], **given}


async def test_an_answer_says_what_is_left_to_allocate(operations: Client, scheme_id: UUID) -> None:
    """R13: in-line, from generation to the last coupon; a vendor has several consignments."""
    first = await mutate(operations, "createConsignment", **allocation(scheme_id, dueOn="2026-06-01"))
    made = first["consignment"]
    assert (made["code"], made["statusLabel"], made["dueOn"]) == (
        "CON-2026-000001",
        "Awaiting artwork",
        "2026-06-01",
    )
    assert [leg["vendor"]["code"] for leg in made["legs"]] == ["PRN-1", "PCK-1", "FAC-1"]
    assert made["lines"] == [{"variant": {"sku": "AMB-1L"}, "quantity": 600, "serials": ranges((0, 599))}]
    summary = made["scheme"]["allocation"]
    assert [summary[f"{name}Quantity"] for name in ("planned", "allocated", "pending")] == [2000, 600, 1400]
    rest = allocation(scheme_id, "PRN-1", "FAC-1", lines=[line(quantity=400)], idempotencyKey="rest")
    second = await mutate(operations, "createConsignment", **rest)
    by_variant = second["consignment"]["scheme"]["allocation"]["byVariant"]
    assert [(each["variant"]["sku"], each["pendingQuantity"]) for each in by_variant] == [
        ("AMB-1L", 0),
        ("AMB-4L", 1000),
    ]


async def test_an_allocation_that_is_rejected(
    operations: Client, scheme_id: UUID, consignments: ConsignmentFactory, database_url: str
) -> None:
    """R12, R26: more than is pending, wrong chains, and days that are over."""
    draft = await consignments.schemes.complete()
    nobody = gid(NodeKind.VENDOR, key("no such vendor"))
    twice = "Vendor 3 is in the chain already. Each vendor takes part once."
    wrong: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
        (
            {"vendorIds": vendors("PRN-1", "FAC-1", "PRN-1")},
            ("DUPLICATE", "vendorIds.2", twice),
        ),
        ({"vendorIds": []}, ("REQUIRED", "vendorIds", "Choose at least one vendor.")),
        (
            {"vendorIds": [*vendors("PRN-1"), nobody]},
            ("NOT_FOUND", "vendorIds.1", "Vendor 2 of the chain does not exist."),
        ),
        (
            {"vendorIds": vendors("FAC-1")},
            ("INVALID", "vendorIds.0", "A chain begins with a printer, and the first vendor is a factory."),
        ),
        ({"lines": []}, ("REQUIRED", "lines", "Choose at least one variant and its quantity.")),
        (
            {"lines": [line(UNKNOWN_VARIANT, quantity=1)]},
            ("NOT_FOUND", "lines.0.variantId", "The scheme has no such variant."),
        ),
        (
            {"lines": [line(quantity=-1)]},
            ("INVALID", "lines.0.quantity", "The quantity must be 1 or more, not -1."),
        ),
        ({"dueOn": "2026-03-09"}, ("INVALID", "dueOn", "The due date is over. Choose today or a later day.")),
        (
            {"schemeId": gid(NodeKind.SCHEME, draft)},
            ("NOT_FOUND", "schemeId", "This scheme does not exist."),
        ),
    ]
    async with nothing_changes(database_url):
        for changed, expected in wrong:
            errors = await expect_errors(operations, "createConsignment", **allocation(scheme_id) | changed)
            assert errors == [expected]
        too_many = allocation(scheme_id, lines=[line(quantity=1001)])
        (error,) = await expect_failures(operations, "createConsignment", **too_many)
        assert (error["__typename"], error["requested"], error["available"]) == ("QuantityExceeded", 1001, 1000)
        assert error["message"] == "1,000 coupons of AMB-1L can still be allocated, not 1,001."


async def test_an_unusual_chain_needs_an_acknowledgment(operations: Client, scheme_id: UUID, database_url: str) -> None:
    """R12: the error lists what is unusual."""
    given = allocation(scheme_id, "PRN-1", "PCK-1")
    async with nothing_changes(database_url):
        (error,) = await expect_failures(operations, "createConsignment", **given)
        assert (error["__typename"], error["code"]) == ("ChainNotAcknowledged", "REQUIRED")
        assert (error["warnings"], error["path"]) == ([NO_FACTORY], ["input", "acknowledgeWarnings"])
    await mutate(operations, "createConsignment", **given, acknowledgeWarnings=True)


async def test_a_consignment_is_updated_and_canceled(
    operations: Client, consignments: ConsignmentFactory, database_url: str
) -> None:
    """R12: its coupons can be allocated again."""
    made = {"consignmentId": consignment_gid(await consignments.created())}
    updated = await mutate(
        operations, "updateConsignment", **made, dueOn="2026-07-01", vendorIds=vendors("PRN-1", "FAC-1")
    )
    consignment = updated["consignment"]
    assert (consignment["dueOn"], [leg["vendor"]["code"] for leg in consignment["legs"]]) == (
        "2026-07-01",
        ["PRN-1", "FAC-1"],
    )
    async with nothing_changes(database_url):
        reason = ("REQUIRED", "reason", "The reason is missing.")
        assert await expect_errors(operations, "cancelConsignment", **made, reason=" ") == [reason]
    canceled = (await mutate(operations, "cancelConsignment", **made, reason="Too late."))["consignment"]
    assert (canceled["statusLabel"], canceled["cancelReason"], canceled["viewerActions"]) == (
        "Canceled",
        "Too late.",
        [],
    )
    assert canceled["scheme"]["allocation"]["allocatedQuantity"] == 0
    async with nothing_changes(database_url):
        illegal = [("ILLEGAL_STATE", "consignmentId", "CON-2026-000001 is canceled.")]
        again = {**made, "idempotencyKey": "again"}
        assert await expect_errors(operations, "cancelConsignment", **again, reason="Too late.") == illegal
        assert await expect_errors(operations, "updateConsignment", **again, dueOn="2026-08-01") == illegal


async def test_a_shortfall_is_generated_or_closed(
    operations: Client, consignments: ConsignmentFactory, database_url: str
) -> None:
    """R11: coupons that were spoiled are generated anew; a closed shortfall is not."""
    scheme = {"schemeId": gid(NodeKind.SCHEME, await consignments.schemes.approved())}
    generated = await mutate(operations, "generateCoupons", **scheme)
    assert generated["scheme"]["allocation"]["pendingQuantity"] == 2000
    async with nothing_changes(database_url):
        await mutate(operations, "generateCoupons", **scheme)
        complete = "All planned coupons of “Monsoon Care” are generated. There is no shortfall."
        errors = await expect_errors(operations, "generateCoupons", **scheme, idempotencyKey="again")
        assert errors == [("ILLEGAL_STATE", "schemeId", complete)]
        none = "All coupons of AMB-1L are generated. There is no shortfall to close."
        errors = await expect_errors(operations, "closeShortfall", **scheme, **line(), reason="Enough.")
        assert errors == [("ILLEGAL_STATE", "variantId", none)]
        unknown = await expect_errors(operations, "closeShortfall", **scheme, **line(UNKNOWN_VARIANT), reason="Enough.")
        assert unknown == [("NOT_FOUND", "variantId", "The scheme has no such variant.")]
    created = await mutate(
        operations, "createConsignment", **scheme, vendorIds=vendors("PRN-1", "FAC-1"), lines=[line(quantity=1000)]
    )
    made = created["consignment"]["id"]
    await _spoil(consignments, made, Span(0, 9))
    closed = await mutate(operations, "closeShortfall", **scheme, **line(), reason="Enough.")
    assert closed["scheme"]["allocation"]["pendingQuantity"] == 1000
    await _spoil(consignments, made, Span(10, 12))
    again = await mutate(operations, "generateCoupons", **scheme, idempotencyKey="again")
    assert again["scheme"]["allocation"]["pendingQuantity"] == 1003


async def _spoil(consignments: ConsignmentFactory, made: str, span: Span) -> None:
    await consignments.produce(key_of(made), spoiled_serials=(span,))


async def test_a_recall_names_the_holders(
    operations: Client, consignments: ConsignmentFactory, scheme_id: UUID, database_url: str
) -> None:
    """R11: and what cannot be recalled."""
    made = await consignments.created(scheme_id, quantities={"AMB-1L": 600})
    await consignments.produce(made, quantity=500)
    await consignments.dispatch(made, quantity=100)
    given = {"schemeId": gid(NodeKind.SCHEME, scheme_id), "reason": "The ink fades."}
    recall = await mutate(operations, "voidCoupons", **given, serials=ranges((50, 149), (500, 509)))
    assert (recall["quantity"], recall["alreadyVoid"]) == (110, 0)
    variant = {"sku": "AMB-1L"}
    printer, packager = {"code": "PRN-1", "name": "First Print"}, {"code": "PCK-1", "name": "Second Pack"}
    rows = [
        {"vendor": printer, "inTransit": False, "variant": variant, "condition": "GOOD", "quantity": 50},
        {"vendor": packager, "inTransit": True, "variant": variant, "condition": "GOOD", "quantity": 50},
        {"vendor": printer, "inTransit": False, "variant": variant, "condition": "PLANNED", "quantity": 10},
    ]
    assert sorted(recall["holders"], key=str) == sorted(rows, key=str)
    async with nothing_changes(database_url):
        assert await mutate(operations, "voidCoupons", **given, serials=ranges((50, 149), (500, 509))) == recall
        other = {**given, "idempotencyKey": "other"}
        (error,) = await expect_failures(operations, "voidCoupons", **other, serials=ranges((599, 601)))
        assert (error["__typename"], error["code"], error["serials"]) == (
            "CouponsInert",
            "COUPON_INERT",
            ranges((600, 601)),
        )
        message = "All 2 coupons are void already."
        errors = await expect_errors(operations, "voidCoupons", **other, serials=ranges((50, 51)))
        assert errors == [("ILLEGAL_STATE", "serials", message)]
        message = "The scheme has no coupons with the serials 2000 to 4294967295."
        errors = await expect_errors(operations, "voidCoupons", **other, serials=ranges((0, 4294967295)))
        assert errors == [("NOT_FOUND", "serials.0", message)]
        assert (await expect_errors(operations, "voidCoupons", **other, serials=[]))[0][:2] == ("REQUIRED", "serials")
