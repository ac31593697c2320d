"""Faults of every kind in entries, balances, and adjustments, and what the verification says about each."""

from typing import Final

from msgspec import Struct

_FIRST: Final = "(SELECT number FROM ecp WHERE code = 'ECP-2026-000001')"
_ENTRY: Final = f"WHERE ecp = {_FIRST} AND seq = "
_L, _A = "sale late of till, line 0:", "sale a of till, line 1:"
_NOWHERE: Final = "ECP-2026-000001, scheme number 999999:"
# Findings begin with this unless they name another owner.
OWNER: Final = "ECP-2026-000001, SCH-2026-000001: "


class Fault(Struct, frozen=True):
    """Changes of rows, and the findings in their order, with # for moments."""

    changes: tuple[str, ...]
    findings: tuple[str, ...]


FAULTS_OF_ENTRIES: Final[dict[str, Fault]] = {
    "an entry is missing": Fault(
        (f"DELETE FROM points_entry {_ENTRY} 13",),
        (
            "ECP-2026-000001: entry 14 follows entry 12, and those between are missing.",
            "the balance after entry 14 is 271, and should be 265.",
            "entry 16 takes back entry 13, which is not an earlier one of the same line.",
            "the account has 5830 available points, and its entries add up to 5824.",
            f"{_A} a valuation states 1 entries, and there are 0.",
            f"{_A} it is worth 20 and 5 points (base and bonus), and 20 and -1 are posted.",
            f"{_A} rule 2 pays 3 points by its facts, and -3 are posted.",
        ),
    ),
    "an entry has other points": Fault(
        (f"UPDATE points_entry SET points = 31 {_ENTRY} 1",),
        (
            "the balance after entry 1 is 30, and should be 31.",
            "the account has 5830 available points, and its entries add up to 5831.",
            "sale a of till, line 0: it is worth 30 and 10 points (base and bonus), and 31 and 10 are posted.",
        ),
    ),
    "an entry states another balance": Fault(
        (f"UPDATE points_entry SET balance_after = 198 {_ENTRY} 10",),
        (
            "the balance after entry 10 is 198, and should be 197.",
            "the balance after entry 11 is 277, and should be 278.",
        ),
    ),
    "an entry goes back in time": Fault(
        (f"UPDATE points_entry SET recorded_at = recorded_at - interval '1 microsecond' {_ENTRY} 18",),
        (
            "ECP-2026-000001: entry 18 was recorded at #, before the entry that precedes it.",
            "entry 18 belongs to no valuation of sale b of till.",
        ),
    ),
    "an entry moves points between wrong accounts": Fault(
        (f"UPDATE points_entry SET kind = 6 {_ENTRY} 46",),
        (
            "entry 46 moves points in a way that is impossible for its kind.",
            "entry 46 does not name what an entry of its kind must, or names more.",
        ),
    ),
    "an entry does not name its rule": Fault(
        (f"UPDATE points_entry SET rule = NULL {_ENTRY} 2",),
        (
            "entry 2 does not name what an entry of its kind must, or names more.",
            "sale a of till, line 0: it is worth 30 and 10 points (base and bonus), and 30 and 3 are posted.",
            "sale a of till, line 0: rule 1 pays 7 points by its facts, and 0 are posted.",
        ),
    ),
    "an entry names a rule that does not exist": Fault(
        (f"UPDATE points_entry SET rule = 4 {_ENTRY} 12",),
        (
            "entry 12 names rule 4, which revision 1 does not have.",
            f"{_L} rule 3 pays 8 points by its facts, and 0 are posted.",
            f"{_L} rule 4 pays 0 points by its facts, and 8 are posted.",
        ),
    ),
    "an entry belongs to no scheme": Fault(
        (f"UPDATE points_entry SET scheme = 999999 {_ENTRY} 47",),
        (
            f"{_NOWHERE} the balance after entry 47 is 5830, and should be 5000.",
            f"{_NOWHERE} entries belong to a scheme that does not exist: 1.",
            "the account has 5830 available points, and its entries add up to 830.",
            f"{_NOWHERE} the account has 0 available points, and its entries add up to 5000.",
            f"{_NOWHERE} entry 47 does not agree with an approved adjustment.",
        ),
    ),
    "an entry takes back another line": Fault(
        (f"UPDATE points_entry SET reverses = 8 {_ENTRY} 16",),
        (
            "entry 16 takes back entry 8, which is not an earlier one of the same line.",
            "entry 8 has 6 points, and 9 were taken back.",
        ),
    ),
    "an entry is posted for another rule": Fault(
        (f"UPDATE points_entry SET reverses = 13, rule = 2 {_ENTRY} 17",),
        (
            f"{_A} rule 2 pays 3 points by its facts, and 1 are posted.",
            f"{_A} rule 3 pays 2 points by its facts, and 4 are posted.",
        ),
    ),
    "an entry was caused by no sale": Fault(
        (f"UPDATE points_entry SET cause = 999999 {_ENTRY} 18",),
        (
            "entry 18 belongs to no valuation of sale b of till.",
            "entry 18 was caused by sale number 999999, which does not exist.",
        ),
    ),
    "a balance is not the sum of entries": Fault(
        (f"UPDATE points_account SET available = available + 1 WHERE ecp = {_FIRST}",),
        ("the account has 5831 available points, and its entries add up to 5830.",),
    ),
    "points are paid without an entry": Fault(
        (f"UPDATE points_account SET paid = 5 WHERE ecp = {_FIRST}",),
        ("the account has 5 paid points, and its entries add up to 0.",),
    ),
    "an account is missing": Fault(
        (f"DELETE FROM points_account WHERE ecp = {_FIRST}",),
        (
            "the account has 0 available points, and its entries add up to 5830.",
            "the account counts 0 lines, and 9 are valued.",
        ),
    ),
    "a ledger counts more entries": Fault(
        (f"UPDATE points_ledger SET seq = seq + 1 WHERE ecp = {_FIRST}",),
        ("ECP-2026-000001: the ledger counts 48 entries, and the last one is entry 47.",),
    ),
    "a ledger is older than its entries": Fault(
        (f"UPDATE points_ledger SET recorded_at = '2026-03-10Z' WHERE ecp = {_FIRST}",),
        ("ECP-2026-000001: the ledger was last changed at #, and its last entry is of #.",),
    ),
    "an adjustment is missing": Fault(
        ("DELETE FROM adjustment WHERE points = 500",),
        ("entry 46 does not agree with an approved adjustment.",),
    ),
    "an adjustment has other points": Fault(
        ("UPDATE adjustment SET points = 501 WHERE points = 500",),
        ("entry 46 does not agree with an approved adjustment.",),
    ),
    "an approved adjustment is not posted": Fault(
        ("UPDATE adjustment SET status = 'APPROVED', decided_at = now(), recorded_at = now() WHERE points = -7000",),
        (
            (
                "ECP-2026-000002, SCH-2026-000001: an adjustment of -7000 points is APPROVED, and the number of "
                "its entries is 0."
            ),
        ),
    ),
    "a pending adjustment is posted": Fault(
        ("UPDATE adjustment SET status = 'PENDING', decided_at = NULL, recorded_at = NULL WHERE points = 500",),
        (
            "entry 46 does not agree with an approved adjustment.",
            "an adjustment of 500 points is PENDING, and the number of its entries is 1.",
        ),
    ),
}
