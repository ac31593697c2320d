"""Receipts that do not add up, and movements of the wrong vendor, are rejected and change nothing (R14, R15, R26)."""

from typing import Any
from uuid import UUID

import pytest

from db.database import Database
from domain.permissions import Role
from domain.spans import Span
from tests.support.client import Client, Clients
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.corrections import CorrectionFactory
from tests.support.mutations.consignments import (
    batch_gid,
    consignment_gid,
    expect_errors,
    line,
    mutate,
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


async def test_a_receipt_that_does_not_add_up(
    packager: Client, consignments: ConsignmentFactory, made: UUID, database_url: str
) -> None:
    """Damage without saying which, a shortage without serials, more than was sent, and nothing at all."""
    batch = batch_gid(await consignments.dispatch(made, quantity=100))
    hint = "Name the serials that you received: which ones are missing decides which coupons can be redeemed."
    wrong: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
        (
            {},
            (
                "REQUIRED",
                "lines.0",
                "State how many coupons you accept, or which serials or packs you accept and which are damaged.",
            ),
        ),
        ({"accepted": -1}, ("INVALID", "lines.0.accepted", "The accepted quantity must be 0 or more, not -1.")),
        (
            {"accepted": 90},
            (
                "REQUIRED",
                "lines.0.acceptedSerials",
                f"10 of 100 coupons of AMB-1L are neither accepted nor damaged. {hint}",
            ),
        ),
        (
            {"accepted": 101},
            (
                "REQUIRED",
                "lines.0.acceptedSerials",
                "100 coupons of AMB-1L are on the way, and you accept 101. Name the serials that you received.",
            ),
        ),
        (
            {"accepted": 5, "acceptedSerials": ranges((0, 5))},
            ("CONFLICT", "lines.0.accepted", "You accept 5 coupons of AMB-1L, but name 6 serials."),
        ),
        (
            {"acceptedSerials": ranges((0, 5)), "damagedSerials": ranges((5, 6))},
            ("DUPLICATE", "lines.0.damagedSerials.0", "The ranges 0 to 5 and 5 to 6 overlap."),
        ),
        ({"damagedSerials": []}, ("REQUIRED", "lines.0.damagedSerials", "Name at least one range of serials.")),
        (
            {"acceptedSerials": ranges((0, 99), (700, 700))},
            ("CONFLICT", "lines.0", "Serial 700 of AMB-1L is not in BAT-2026-000001: it is not produced yet."),
        ),
        (
            {"acceptedSerials": ranges((0, 99), (1000, 1000))},
            ("CONFLICT", "lines.0", f"Serial 1000 of AMB-1L does not belong to {CODE}."),
        ),
    ]
    async with nothing_changes(database_url):
        for values, (code, path, message) in wrong:
            ((found, place, words),) = await expect_errors(
                packager, "receiveBatch", batchId=batch, lines=[line(**values)]
            )
            assert (found, place, _renumbered(words)) == (code, path, message)


def _renumbered(message: str) -> str:
    """The message as if its batch were the first one: numbers of batches go on from test to test."""
    before, found, after = message.partition("BAT-2026-")
    return f"{before}{found}000001{after[6:]}" if found else message


async def test_a_batch_of_somebody_else(  # noqa: PLR0913, PLR0917 - fixtures
    printer: Client,
    packager: Client,
    clients: Clients,
    database: Database,
    consignments: ConsignmentFactory,
    made: UUID,
    database_url: str,
) -> None:
    """The sender does not receive, the receiver does not void the dispatch, and to others it does not exist."""
    factory = await vendor_client(clients, database, "FAC-1")
    batch = batch_gid(await consignments.dispatch(made, quantity=100))
    receipt = {"batchId": batch, "lines": [line(accepted=100)]}
    reason = {"batchId": batch, "reason": "A mistake."}
    async with nothing_changes(database_url):
        ((code, path, _),) = await expect_errors(printer, "receiveBatch", **receipt)
        assert (code, path) == ("ILLEGAL_STATE", "batchId")
        ((code, path, _),) = await expect_errors(packager, "voidDispatch", **reason)
        assert (code, path) == ("ILLEGAL_STATE", "batchId")
        assert await expect_errors(factory, "receiveBatch", **receipt) == [NO_BATCH]
        for field in ("voidDispatch", "voidReceipt"):
            assert await expect_errors(factory, field, **reason) == [NO_BATCH]
    await mutate(packager, "receiveBatch", **receipt)
    async with nothing_changes(database_url):
        await mutate(packager, "receiveBatch", **receipt)
        ((code, path, message),) = await expect_errors(
            packager, "receiveBatch", **receipt, idempotencyKey="another key"
        )
        assert (code, path) == ("ILLEGAL_STATE", "batchId")
        assert message.endswith(" is received already. To correct the receipt, void it first.")


async def test_a_chain_of_others(
    clients: Clients, database: Database, consignments: ConsignmentFactory, database_url: str
) -> None:
    """To a vendor that takes no part, the consignment does not exist."""
    made = await consignments.created(chain=("PRN-1", "FAC-1"))
    await consignments.produce(made, quantity=10)
    outsider = await vendor_client(clients, database, "PCK-1")
    consignment = consignment_gid(made)
    serials = [line(serials=ranges((0, 0)))]
    async with nothing_changes(database_url):
        for field, lines, extra in (
            ("recordProduction", [line(quantity=1)], {}),
            ("dispatchBatch", serials, {}),
            ("reportDamage", serials, {"note": "It got wet."}),
            ("commissionCoupons", serials, {}),
        ):
            given = {"consignmentId": consignment, "lines": lines, **extra}
            assert await expect_errors(outsider, field, **given) == [NO_CONSIGNMENT]


async def test_the_wrong_leg(
    printer: Client, packager: Client, consignments: ConsignmentFactory, made: UUID, database_url: str
) -> None:
    """Only the first vendor produces, only the last one commissions, and it dispatches to nobody."""
    alone = await consignments.created((await consignments.generated()), chain=("PRN-1",), quantities={"AMB-4L": 10})
    await consignments.produce(alone, sku="AMB-4L", quantity=10)
    consignment = consignment_gid(made)
    async with nothing_changes(database_url):
        errors = await expect_errors(packager, "recordProduction", consignmentId=consignment, lines=[line(quantity=1)])
        message = f"Only the first vendor of {CODE} produces. Receive the batches that are sent to you."
        assert errors == [("ILLEGAL_STATE", "consignmentId", message)]
        lines = [line(serials=ranges((0, 0)))]
        errors = await expect_errors(printer, "commissionCoupons", consignmentId=consignment, lines=lines)
        message = f"Only the last vendor of {CODE} commissions coupons. Dispatch them to the next vendor."
        assert errors == [("ILLEGAL_STATE", "consignmentId", message)]
        errors = await expect_errors(
            printer, "dispatchBatch", consignmentId=consignment_gid(alone), lines=[line(quantity=1)]
        )
        message = (
            "You are the last vendor of CON-2026-000002, so there is nobody to dispatch to. Commission the coupons."
        )
        assert errors == [("ILLEGAL_STATE", "consignmentId", message)]


async def test_a_canceled_consignment(
    printer: Client, consignments: ConsignmentFactory, corrections: CorrectionFactory, database_url: str
) -> None:
    """Nothing of it moves."""
    made = await consignments.created()
    await corrections.cancel(made)
    serials = [line(serials=ranges((0, 0)))]
    async with nothing_changes(database_url):
        for field, lines, extra in (
            ("recordProduction", [line(quantity=1)], {}),
            ("dispatchBatch", serials, {}),
            ("reportDamage", serials, {"note": "It got wet."}),
            ("commissionCoupons", serials, {}),
        ):
            errors = await expect_errors(printer, field, consignmentId=consignment_gid(made), lines=lines, **extra)
            assert errors == [("ILLEGAL_STATE", "consignmentId", f"{CODE} is canceled.")]


async def test_commissioning_takes_what_is_on_hand(
    clients: Clients, database: Database, consignments: ConsignmentFactory, database_url: str
) -> None:
    """A batch that is on its way, a batch of another leg, and a batch of which nothing is left."""
    factory = await vendor_client(clients, database, "FAC-1")
    made = await consignments.created()
    await consignments.produce(made, quantity=100)
    first = await consignments.dispatch(made, quantity=100)
    await consignments.receive(first, accepted=100)
    second = await consignments.dispatch(made, by="PCK-1", quantity=100)
    given = {"consignmentId": consignment_gid(made)}
    async with nothing_changes(database_url):
        assert await expect_errors(factory, "commissionCoupons", **given, batchId=batch_gid(first)) == [NO_BATCH]
        ((code, path, _),) = await expect_errors(factory, "commissionCoupons", **given, batchId=batch_gid(second))
        assert (code, path) == ("ILLEGAL_STATE", "batchId")
        lines = [line(serials=ranges((0, 0)))]
        ((code, path, _),) = await expect_errors(factory, "commissionCoupons", **given, lines=lines)
        assert (code, path) == ("CONFLICT", "lines.0.serials")
        both = {**given, "lines": lines, "batchId": batch_gid(second)}
        conflict = ("CONFLICT", "lines", "Name either a batch or the serials of coupons.")
        assert await expect_errors(factory, "commissionCoupons", **both) == [conflict]
    await consignments.receive(second, by="FAC-1", accepted=100)
    await consignments.commission(made, Span(0, 99))
    async with nothing_changes(database_url):
        ((code, path, message),) = await expect_errors(factory, "commissionCoupons", **given, batchId=batch_gid(second))
        assert (code, path, _renumbered(message)) == (
            "ILLEGAL_STATE",
            "batchId",
            "Nothing of BAT-2026-000001 is on hand to commission.",
        )
