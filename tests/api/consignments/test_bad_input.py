"""Movements that are rejected: each with a message at its field, and nothing is half-done (R15, R26, N3)."""

import asyncio
from typing import Any, NoReturn
from uuid import UUID

import pytest

from db.database import Database
from domain.permissions import Role
from resolvers.consignments import moving
from tests.support.client import Client, Clients
from tests.support.custody import places_of, query
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.mutations.consignments import (
    UNKNOWN_VARIANT,
    consignment_gid,
    expect_errors,
    expect_failures,
    expect_request_error,
    line,
    mutate,
    payload_of,
    ranges,
)
from tests.support.unchanged import nothing_changes
from tests.support.vendors import vendor_client

CODE = "CON-2026-000001"
NO_CONSIGNMENT = ("NOT_FOUND", "consignmentId", "This consignment does not exist.")
SAFE = "A SafeInt is a whole number between -9,007,199,254,740,991 and 9,007,199,254,740,991."
NO_BATCH = ("NOT_FOUND", "batchId", "This batch does not exist.")


@pytest.fixture
def printer(clients: Clients) -> Client:
    """The person of PRN-1."""
    return clients[Role.VENDOR]


@pytest.fixture
async def packager(clients: Clients, database: Database) -> Client:
    """The person of PCK-1."""
    return await vendor_client(clients, database, "PCK-1")


@pytest.fixture
async def made(consignments: ConsignmentFactory) -> UUID:
    """A consignment with serials 0 to 999, of which 0 to 499 are produced."""
    made = await consignments.created()
    await consignments.produce(made, quantity=500)
    return made


async def test_more_than_there_is(printer: Client, made: UUID, database_url: str) -> None:
    """The error says how many there are."""
    consignment = consignment_gid(made)
    async with nothing_changes(database_url):
        for field, where in (("recordProduction", "still to be produced"), ("dispatchBatch", "on hand")):
            (error,) = await expect_failures(printer, field, consignmentId=consignment, lines=[line(quantity=501)])
            assert error == {
                "__typename": "QuantityExceeded",
                "code": "QUANTITY_EXCEEDED",
                "message": f"500 coupons of AMB-1L are {where}, not 501.",
                "path": ["input", "lines", "0", "quantity"],
                "requested": 501,
                "available": 500,
                "variant": {"sku": "AMB-1L"},
            }
        lines = [line(quantity=500, spoiledSerials=ranges((999, 999)))]
        errors = await expect_errors(printer, "recordProduction", consignmentId=consignment, lines=lines)
        message = "499 coupons of AMB-1L are still to be produced, not 500."
        assert errors == [("QUANTITY_EXCEEDED", "lines.0.quantity", message)]


async def test_serials_that_are_elsewhere(
    printer: Client, packager: Client, consignments: ConsignmentFactory, made: UUID, database_url: str
) -> None:
    """The error names them, and their holder if it is a neighbor; a good line beside a bad one moves nothing."""
    batch = await consignments.dispatch(made, quantity=100)
    await consignments.receive(batch, accepted=100)
    await consignments.dispatch(made, by="PCK-1", quantity=50)
    consignment = consignment_gid(made)
    async with nothing_changes(database_url):
        (error,) = await expect_failures(
            printer, "dispatchBatch", consignmentId=consignment, lines=[line(serials=ranges((90, 109), (200, 200)))]
        )
        assert error == {
            "__typename": "SerialsNotHeld",
            "code": "CONFLICT",
            "message": "Serials 90 to 99 of AMB-1L are not on hand: Second Pack holds them.",
            "path": ["input", "lines", "0", "serials"],
            "serials": ranges((90, 99)),
            "variant": {"sku": "AMB-1L"},
        }
        sentences = {
            (0, 0): "Serial 0 of AMB-1L is not on hand: it is on its way to another vendor.",
            (500, 501): "Serials 500 to 501 of AMB-1L are not on hand: they are not produced yet.",
            (1000, 1000): f"Serial 1000 of AMB-1L does not belong to {CODE}.",
        }
        for pair, message in sentences.items():
            extras: dict[str, dict[str, Any]] = {"dispatchBatch": {}, "reportDamage": {"note": "It got wet."}}
            for field, extra in extras.items():
                lines = [line(serials=ranges(pair))]
                errors = await expect_errors(printer, field, consignmentId=consignment, lines=lines, **extra)
                assert errors == [("CONFLICT", "lines.0.serials", message)]
        lines = [line(serials=ranges((100, 100)))]
        errors = await expect_errors(packager, "dispatchBatch", consignmentId=consignment, lines=lines)
        message = "Serial 100 of AMB-1L is not on hand: First Print holds it."
        assert errors == [("CONFLICT", "lines.0.serials", message)]


async def test_ranges_that_are_wrong(printer: Client, made: UUID, database_url: str) -> None:
    """Overlapping, turned around, outside of the serials, too many, or none: all problems together."""
    consignment = consignment_gid(made)
    wrong: dict[str, tuple[Any, list[Any]]] = {
        "overlap": (
            ranges((0, 9), (9, 12)),
            [("DUPLICATE", "lines.0.serials.1", "The ranges 0 to 9 and 9 to 12 overlap.")],
        ),
        "turned around": (
            ranges((9, 0)),
            [("INVALID", "lines.0.serials.0", "This range ends at 0, before it begins at 9.")],
        ),
        "outside": (
            ranges((-1, 0), (4294967295, 4294967296)),
            [
                ("INVALID", "lines.0.serials.0", "Serials are from 0 to 4,294,967,295, and this range is -1 to 0."),
                (
                    "INVALID",
                    "lines.0.serials.1",
                    "Serials are from 0 to 4,294,967,295, and this range is 4,294,967,295 to 4,294,967,296.",
                ),
            ],
        ),
        "none": ([], [("REQUIRED", "lines.0.serials", "Name at least one range of serials.")]),
        "too many": (
            ranges(*((2 * number, 2 * number) for number in range(10_001))),
            [("LIMIT_EXCEEDED", "lines.0.serials", "Name at most 10,000 ranges at once, not 10,001.")],
        ),
    }
    async with nothing_changes(database_url):
        for serials, expected in wrong.values():
            lines = [line(serials=serials)]
            assert await expect_errors(printer, "dispatchBatch", consignmentId=consignment, lines=lines) == expected
        lines = [line(serials=ranges((600, 609)), spoiledSerials=ranges((609, 610)))]
        errors = await expect_errors(printer, "recordProduction", consignmentId=consignment, lines=lines)
        message = "The ranges 600 to 609 and 609 to 610 overlap."
        assert errors == [("DUPLICATE", "lines.0.spoiledSerials.0", message)]


async def test_numbers_at_the_edges(printer: Client, made: UUID, database_url: str) -> None:
    """What no JSON client holds exactly rejects the request; what is no number of coupons is an error of its field."""
    consignment = consignment_gid(made)
    async with nothing_changes(database_url):
        for number in (2**53, 2**63, 2**64, -(2**63), 10**30):
            for values in ({"quantity": number}, {"serials": ranges((0, number))}):
                message = await expect_request_error(
                    printer, "dispatchBatch", consignmentId=consignment, lines=[line(**values)]
                )
                assert message.endswith(
                    "A SafeInt is a whole number between -9,007,199,254,740,991 and 9,007,199,254,740,991."
                )
        for number, code, message in (
            (2**53 - 1, "LIMIT_EXCEEDED", "The quantity can be at most 4,294,967,296, not 9,007,199,254,740,991."),
            (0, "INVALID", "The quantity must be 1 or more, not 0."),
            (-5, "INVALID", "The quantity must be 1 or more, not -5."),
        ):
            for field in ("dispatchBatch", "recordProduction"):
                errors = await expect_errors(printer, field, consignmentId=consignment, lines=[line(quantity=number)])
                assert errors == [(code, "lines.0.quantity", message)]
        lines = [line(quantity=2**32)]
        errors = await expect_errors(printer, "dispatchBatch", consignmentId=consignment, lines=lines)
        message = "500 coupons of AMB-1L are on hand, not 4,294,967,296."
        assert errors == [("QUANTITY_EXCEEDED", "lines.0.quantity", message)]


async def test_all_serials_that_exist(
    printer: Client, made: UUID, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More serials than the line has are rejected before they are cut by segment, which would stop everybody."""

    def cut(*_: Any) -> NoReturn:
        pytest.fail("A million segments were cut.")

    monkeypatch.setattr(moving, "cut_by_segment", cut)
    serials, given = ranges((0, 2**32 - 1)), {"consignmentId": consignment_gid(made)}
    message = f"Serials 1000 to 4294967295 of AMB-1L do not belong to {CODE}."
    async with nothing_changes(database_url):
        for field, extra in (
            ("recordProduction", {}),
            ("dispatchBatch", {}),
            ("reportDamage", {"note": "It got wet."}),
        ):
            errors = await expect_errors(printer, field, **given, lines=[line(serials=serials)], **extra)
            assert errors == [("CONFLICT", "lines.0.serials", message)]
        errors = await expect_errors(printer, "recordProduction", **given, lines=[line(spoiledSerials=serials)])
        assert errors == [("CONFLICT", "lines.0.spoiledSerials", message)]


async def test_lines_that_say_nothing(printer: Client, made: UUID, database_url: str) -> None:
    """An empty batch, a variant twice, a variant that is not in the consignment, and no or two ways to count."""
    consignment = consignment_gid(made)
    either = "State either a quantity, or ranges of serials and packs."
    wrong: list[tuple[list[Any], tuple[str, str, str]]] = [
        ([], ("REQUIRED", "lines", "Name at least one variant.")),
        (
            [line(quantity=1), line(quantity=2)],
            ("DUPLICATE", "lines.1.variantId", "This variant is named twice. Put all of it on one line."),
        ),
        ([line(UNKNOWN_VARIANT, quantity=1)], ("NOT_FOUND", "lines.0.variantId", f"{CODE} has no such variant.")),
        ([line("nonsense", quantity=1)], ("NOT_FOUND", "lines.0.variantId", "This variant does not exist.")),
        ([line()], ("REQUIRED", "lines.0", either)),
        ([line(quantity=1, serials=ranges((0, 0)))], ("CONFLICT", "lines.0", either)),
    ]
    async with nothing_changes(database_url):
        for lines, expected in wrong:
            errors = await expect_errors(printer, "dispatchBatch", consignmentId=consignment, lines=lines)
            assert errors == [expected]
        message = "State what was produced, as a quantity or ranges of serials, or what was spoiled."
        errors = await expect_errors(printer, "recordProduction", consignmentId=consignment, lines=[line()])
        assert errors == [("REQUIRED", "lines.0", message)]
        for lines in ([line()], [line(serials=[])]):
            given = {"consignmentId": consignment, "lines": lines}
            none = ("REQUIRED", "lines.0.serials", "Name at least one range of serials.")
            assert await expect_errors(printer, "reportDamage", note="It got wet.", **given) == [none]
            assert await expect_errors(printer, "commissionCoupons", **given) == [none]
        neither = ("REQUIRED", "lines", "Name either a batch or the serials of coupons.")
        assert await expect_errors(printer, "commissionCoupons", consignmentId=consignment) == [neither]


async def test_times_that_cannot_be(printer: Client, made: UUID, database_url: str) -> None:
    """More than five minutes ahead, or before the last movement of these serials; of others, any time before."""
    consignment = consignment_gid(made)
    produced = {"consignmentId": consignment, "lines": [line(serials=ranges((600, 609)))]}
    await mutate(printer, "recordProduction", **produced, occurredAt="2026-03-10T09:04:00Z", idempotencyKey="first")
    async with nothing_changes(database_url):
        sent = {"consignmentId": consignment, "lines": [line(serials=ranges((605, 605)))]}
        errors = await expect_errors(printer, "dispatchBatch", **sent, occurredAt="2026-03-10T09:06:00Z")
        message = "This time is in the future. Report a movement after it has happened, or leave the time out."
        assert errors == [("INVALID", "occurredAt", message)]
        ((code, path, message),) = await expect_errors(
            printer, "dispatchBatch", **sent, occurredAt="2026-03-10T09:03:00Z"
        )
        assert (code, path) == ("CONFLICT", "occurredAt")
        moved = "These coupons moved last on 10 March 2026 at 09:04 UTC."
        assert message == f"{moved} Report a time that is not earlier, or leave it out."
    await mutate(printer, "dispatchBatch", **sent, occurredAt="2026-03-10T09:04:00Z")
    other = {"consignmentId": consignment, "lines": [line(serials=ranges((700, 700)))]}
    await mutate(printer, "recordProduction", **other, occurredAt="2025-01-01T00:00:00Z", idempotencyKey="other")


async def test_keys_that_are_used_again(printer: Client, made: UUID, database: Database, database_url: str) -> None:
    """The same input answers as the first time; another input is rejected; blank and overlong keys too."""
    given = {"consignmentId": consignment_gid(made), "lines": [line(quantity=100)]}
    first = await mutate(printer, "dispatchBatch", **given)
    async with nothing_changes(database_url):
        again = await mutate(printer, "dispatchBatch", **given)
        # Links to documents are signed anew.
        again["batch"] |= {name: value for name, value in first["batch"].items() if name.endswith("Url")}
        assert again == first
        (error,) = await expect_failures(printer, "dispatchBatch", **{**given, "lines": [line(quantity=99)]})
        assert (error["__typename"], error["code"]) == ("IdempotencyMismatch", "IDEMPOTENCY_MISMATCH")
        message = "This idempotency key was sent before with another input. Use a new key for each action."
        assert (error["path"], error["message"]) == (["input", "idempotencyKey"], message)
        for key in ("", " ", "x" * 121):
            ((_, path, _),) = await expect_errors(printer, "dispatchBatch", **given, idempotencyKey=key)
            assert path == "idempotencyKey"
    produced = {"consignmentId": consignment_gid(made), "lines": [line(quantity=100)]}
    await mutate(printer, "recordProduction", **produced)
    places = await places_of(database, made)
    assert (places[1, False, "GOOD"].quantity, places[1, True, "GOOD"].quantity) == (500, 100)


async def test_the_same_key_at_the_same_time_moves_once(printer: Client, made: UUID, database: Database) -> None:
    """Every answer is the same batch."""
    given = {"consignmentId": consignment_gid(made), "lines": [line(quantity=100)]}
    payloads = await asyncio.gather(*(payload_of(printer, "dispatchBatch", **given) for _ in range(6)))
    assert [payload["errors"] for payload in payloads] == [[]] * 6
    assert len({payload["batch"]["code"] for payload in payloads}) == 1
    assert (await places_of(database, made))[1, True, "GOOD"].quantity == 100
    assert await query(database, "SELECT count(*) FROM movement WHERE kind = 'DISPATCHED'") == [(1,)]
