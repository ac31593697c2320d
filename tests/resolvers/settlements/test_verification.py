"""`tessera ledger verify` knows settlements: a healthy one has no findings, each planted fault has its own (R22)."""

from typing import Final
from uuid import UUID

from db.database import Database
from domain.settlements.facts import PayoutOutcome
from tests.support.factories.schemes import SchemeFactory
from tests.support.ledger_verification import Planter, find_faults
from tests.support.settlements import paid, paying, proposed, scheme_with_points

POINTS = {"Binod Thapa": 400, "Chitra Das": 300, "Dev Rao": 200, "Esha Patil": 50}
_BINOD, _CHITRA, _DEV, _ESHA = (f"ECP-2026-00000{number}, SCH-2026-000001: " for number in range(1, 5))
_LINE: Final = "WHERE ecp = (SELECT number FROM ecp WHERE code = 'ECP-2026-00000{}')"
_SETTLEMENT: Final = "SCH-2026-000001, settlement 1: "
_ENTRIES: Final = (
    "the line of settlement 1 is {} in a settlement that is {}, and its entries into settling, paid, back, and back "
    "from paid number "
)
FAULTS: Final[dict[str, tuple[tuple[str, ...], list[str]]]] = {
    "a line is missing": (
        (f"DELETE FROM settlement_line {_LINE.format(3)}",),
        [
            f"{_DEV}entry 2 does not agree with a line of a settlement.",
            f"{_SETTLEMENT}amount are 225.00, and the lines come to 175.00.",
            f"{_SETTLEMENT}lines are 4, and the lines come to 3.",
            f"{_SETTLEMENT}payable lines are 3, and the lines come to 2.",
            f"{_SETTLEMENT}points are 900, and the lines come to 700.",
        ],
    ),
    "a line has other points": (
        (f"UPDATE settlement_line SET points = 201 {_LINE.format(3)}",),
        [
            f"{_DEV}entry 2 does not agree with a line of a settlement.",
            f"{_DEV}the line of settlement 1 has 201 points, and the balance that it knows was 200.",
            f"{_SETTLEMENT}points are 900, and the lines come to 901.",
        ],
    ),
    "a failed payment did not come back": (
        (
            f"DELETE FROM points_entry {_LINE.format(2)} AND seq = 3",
            f"UPDATE points_account SET available = 0, settling = 300 {_LINE.format(2)}",
            f"UPDATE points_ledger SET seq = 2 {_LINE.format(2)}",
        ),
        [f"{_CHITRA}{_ENTRIES.format('FAILED', 'PAYING')}1, 0, 0, 0."],
    ),
    "a payment is reported and not posted": (
        (f"UPDATE settlement_line SET status = 'PAID', reference = 'x', reported_at = now() {_LINE.format(3)}",),
        [
            f"{_DEV}{_ENTRIES.format('PAID', 'PAYING')}1, 0, 0, 0.",
            f"{_SETTLEMENT}paid amount are 100.00, and the lines come to 150.00.",
            f"{_SETTLEMENT}paid lines are 1, and the lines come to 2.",
            f"{_SETTLEMENT}paid points are 400, and the lines come to 600.",
        ],
    ),
    "a return is reported and not posted": (
        (
            (
                "UPDATE settlement_line SET status = 'RETURNED', return_reference = 'x', returned_at = now() "
                f"{_LINE.format(1)}"
            ),
        ),
        [
            f"{_BINOD}{_ENTRIES.format('RETURNED', 'PAYING')}1, 1, 0, 0.",
            f"{_SETTLEMENT}paid amount are 100.00, and the lines come to 0.",
            f"{_SETTLEMENT}paid lines are 1, and the lines come to 0.",
            f"{_SETTLEMENT}paid points are 400, and the lines come to 0.",
            f"{_SETTLEMENT}returned lines are 0, and the lines come to 1.",
            f"{_SETTLEMENT}returned points are 0, and the lines come to 400.",
        ],
    ),
    "a return is posted and not reported": (
        (
            f"UPDATE points_entry SET debit = 4 {_LINE.format(2)} AND seq = 3",
            f"UPDATE points_account SET paid = -300, settling = 300 {_LINE.format(2)}",
        ),
        [f"{_CHITRA}{_ENTRIES.format('FAILED', 'PAYING')}1, 0, 0, 1."],
    ),
    "an entry is of another line": (
        (
            (
                f"UPDATE points_entry SET settlement_line_id = (SELECT id FROM settlement_line {_LINE.format(2)}) "
                f"{_LINE.format(3)} AND seq = 2"
            ),
        ),
        [
            f"{_DEV}entry 2 does not agree with a line of a settlement.",
            f"{_DEV}{_ENTRIES.format('PENDING', 'PAYING')}0, 0, 0, 0.",
        ],
    ),
    "an entry names no line": (
        (f"UPDATE points_entry SET settlement_line_id = NULL {_LINE.format(3)} AND seq = 2",),
        [
            f"{_DEV}entry 2 does not name what an entry of its kind must, or names more.",
            f"{_DEV}entry 2 does not agree with a line of a settlement.",
            f"{_DEV}{_ENTRIES.format('PENDING', 'PAYING')}0, 0, 0, 0.",
        ],
    ),
    "points were posted before the approval": (
        ("UPDATE settlement SET status = 'PROPOSED', decided_at = NULL, decided_by = NULL",),
        [
            f"{_BINOD}{_ENTRIES.format('PAID', 'PROPOSED')}1, 1, 0, 0.",
            f"{_CHITRA}{_ENTRIES.format('FAILED', 'PROPOSED')}1, 0, 1, 0.",
            f"{_DEV}{_ENTRIES.format('PENDING', 'PROPOSED')}1, 0, 0, 0.",
        ],
    ),
    "a settlement counts another amount": (
        ("UPDATE settlement SET amount = 226",),
        [f"{_SETTLEMENT}amount are 226, and the lines come to 225.00."],
    ),
}


async def settled_ledger(factory: SchemeFactory) -> UUID:
    """A settlement that is being paid: one line is paid, one failed, one is not reported, and one is carried over."""
    payees = await scheme_with_points(factory, POINTS)
    settlement_id = await paying(factory, payees.scheme_id)
    outcomes = {
        payees.ecps["Binod Thapa"]: PayoutOutcome.PAID,
        payees.ecps["Chitra Das"]: PayoutOutcome.FAILED,
    }
    await paid(factory, settlement_id, outcomes)
    return settlement_id


async def test_a_healthy_settlement_has_no_findings_and_each_planted_fault_has_its_own(
    factory: SchemeFactory, database: Database, database_url: str
) -> None:
    """R22: lines against entries and frozen balances, and totals against lines."""
    await settled_ledger(factory)
    assert await find_faults(database) == []
    found: dict[str, list[str]] = {}
    async with Planter.opened(database_url) as planter:
        for name, (changes, _) in FAULTS.items():
            async with planter.planted(*changes):
                found[name] = await find_faults(database)
    assert found == {name: findings for name, (_, findings) in FAULTS.items()}
    assert await find_faults(database) == []


async def test_what_is_not_approved_is_healthy_without_entries(factory: SchemeFactory, database: Database) -> None:
    """A proposed settlement posts nothing."""
    payees = await scheme_with_points(factory, POINTS)
    await proposed(factory, payees.scheme_id)
    assert await find_faults(database) == []
