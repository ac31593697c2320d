"""Faults of every kind in valuations, sales, redemptions, and limits, and what the verification says about each."""

from typing import Final

from tests.support.ledger_faults import Fault
from tests.support.world import key

_FIRST: Final = "(SELECT number FROM ecp WHERE code = 'ECP-2026-000001')"
_SALE: Final = "(SELECT number FROM sale_key WHERE external_id = '{}')"
_LATE: Final = f"sale = {_SALE.format('late')}"
_BUDGET: Final = "'00000000-0000-0000-0000-000000000000'"
_AGAIN: Final = "its lines cannot be valued again"
_LATE_GONE: Final = f"{_AGAIN} (ValueError: sale 3 has no line 0 at the place of its valuation)."
_L, _A = "sale late of till, line 0:", "sale a of till, line 1:"
_DUE: Final = "by its facts and the lines before it, and its valuation says"

FAULTS_OF_LINES: Final[dict[str, Fault]] = {
    "a version of a valuation is missing": Fault(
        (f"DELETE FROM valuation WHERE sale = {_SALE.format('a')} AND position = 1 AND version = 2",),
        (
            "entry 13 belongs to no valuation of sale a of till.",
            f"{_A} version 3 of its valuation follows version 1, and those between are missing.",
        ),
    ),
    "a valuation is recorded before the one that it follows": Fault(
        (
            (
                "UPDATE valuation SET recorded_at = '2030-01-01Z' "
                f"WHERE sale = {_SALE.format('a')} AND position = 1 AND version = 2"
            ),
        ),
        (
            "entry 13 belongs to no valuation of sale a of till.",
            f"{_A} version 3 of its valuation was recorded at #, before the version that precedes it.",
        ),
    ),
    "a valuation changes its revision": Fault(
        (f"UPDATE valuation SET revision = 9 WHERE sale = {_SALE.format('a')} AND position = 1 AND version = 2",),
        (
            f"{_A} it was valued by revision 1 and then by revision 9, and it never left its place.",
            f"{_A} it was valued by revision 9 and then by revision 1, and it never left its place.",
            f"{_A} it is valued by revision 9, which the scheme does not have.",
        ),
    ),
    "a valuation states other entries": Fault(
        (f"UPDATE valuation SET entries = 1 WHERE {_LATE}",),
        (
            "entry 12 belongs to no valuation of sale late of till.",
            f"{_L} a valuation states 1 entries, and there are 2.",
        ),
    ),
    "a valuation states other points": Fault(
        (f"UPDATE valuation SET base = 81 WHERE {_LATE}",),
        (
            f"{_L} it is worth 81 and 8 points (base and bonus), and 80 and 8 are posted.",
            f"{_L} it is worth 88 points {_DUE} 89.",
            "SCH-2026-000001: the budget is 100,000 points; 414 are granted, 99,587 are left, and 0 are owed.",
        ),
    ),
    "a valuation is of an unknown revision": Fault(
        (f"UPDATE valuation SET revision = 9 WHERE {_LATE}",),
        (
            f"{_L} it is valued by revision 9, which the scheme does not have.",
            f"{_AGAIN} (KeyError: 9).",
            "SCH-2026-000001: the budget is 100,000 points; 325 are granted, 99,587 are left, and 0 are owed.",
        ),
    ),
    "a valuation was caused by no sale": Fault(
        (f"UPDATE valuation SET cause = 999999 WHERE {_LATE}",),
        (
            "entry 11 belongs to no valuation of sale late of till.",
            "entry 12 belongs to no valuation of sale late of till.",
            f"{_L} sale number 999999 caused a valuation and does not exist.",
        ),
    ),
    "a valuation is missing": Fault(
        (f"DELETE FROM valuation WHERE {_LATE}",),
        (
            "entry 11 belongs to no valuation of sale late of till.",
            "entry 12 belongs to no valuation of sale late of till.",
            "the account counts 9 lines, and 8 are valued.",
            f"{_A} it is worth 22 points {_DUE} 25.",
            f"sale b of till, line 0: it is worth 95 points {_DUE} 107.",
            "the volumes and limits that the account remembers are not those of its lines.",
            "SCH-2026-000001: the budget is 100,000 points; 325 are granted, 99,587 are left, and 0 are owed.",
        ),
    ),
    "an account counts other lines": Fault(
        (f"UPDATE points_account SET lines = lines + 1 WHERE ecp = {_FIRST}",),
        ("the account counts 10 lines, and 9 are valued.",),
    ),
    "an account ends before its last line": Fault(
        (f"UPDATE points_account SET last_external_id = '0' WHERE ecp = {_FIRST}",),
        ("lines follow the line that the account remembers as its last one.",),
    ),
    "a line is missing": Fault(
        (f"DELETE FROM sale_line WHERE {_LATE}",),
        (
            f"{_L} it is valued, and was never sold or redeemed.",
            _LATE_GONE,
        ),
    ),
    "a line has another quantity": Fault(
        (f"UPDATE sale_line SET quantity = 5 WHERE {_LATE}",),
        (f"{_L} it is valued for 4 units, and counts 5 net of returns.",),
    ),
    "a line is of no variant": Fault(
        (f"UPDATE sale_line SET variant_id = gen_random_uuid() WHERE {_LATE}",),
        (
            "ECP-2026-000001: sale late of till: line 0 of revision 1 names a variant that does not exist.",
            f"{_L} it is worth 0 points {_DUE} 88.",
        ),
    ),
    "a revision is missing": Fault(
        (f"DELETE FROM sale WHERE {_LATE}",),
        (
            "ECP-2026-000001: sale late of till: revision 1 has line 0, and does not exist.",
            "sale late of till: its current revision 1 does not exist where it should be.",
        ),
    ),
    "a sale has no key": Fault(
        ("DELETE FROM sale_key WHERE external_id = 'late'",),
        (
            "entry 13 was caused by sale number 3, which does not exist.",
            f"{_A} sale number 3 caused a valuation and does not exist.",
            "ECP-2026-000001: sale number 3 has revision 1, and no source reported it.",
            _LATE_GONE,
        ),
    ),
    "a key points to another revision": Fault(
        ("UPDATE sale_key SET revision = 7 WHERE external_id = 'late'",),
        (
            _LATE_GONE,
            "sale late of till: its current revision 7 does not exist where it should be.",
        ),
    ),
    "a key names no ECP": Fault(
        ("UPDATE sale_key SET ecp = 999999 WHERE external_id = 'back of a'",),
        ("sale back of a of till: its ECP number 999999 does not exist.",),
    ),
    "a return is of no sale": Fault(
        ("UPDATE sale_key SET returns = 999999 WHERE external_id = 'back of a'",),
        ("sale back of a of till: it returns sale number 999999, which does not exist or is a return itself.",),
    ),
    "units of no sale came back": Fault(
        (f"UPDATE sale_return SET sale = 999999 WHERE returning_sale = {_SALE.format('back of a')}",),
        (
            (
                "ECP-2026-000001: sale back of a of till returns units that sale number 999999 never sold, or was not "
                "reported."
            ),
            f"{_A} it is valued for 1 unit, and counts 2 net of returns.",
        ),
    ),
    "more units came back than were sold": Fault(
        (f"UPDATE sale_return SET quantity = 3 WHERE returning_sale = {_SALE.format('back of a')}",),
        (
            "ECP-2026-000001: sale a of till, AMB-4L: 2 units were sold, and 3 were returned.",
            f"{_A} it is valued for 1 unit, and counts 0 net of returns.",
        ),
    ),
    "a redemption is of no coupon": Fault(
        ("UPDATE redemption SET serial = 100000 WHERE serial = 1",),
        (
            "the redemption of serial 100000 is of no coupon of its variant and scheme.",
            "the redemption of serial 100000 is of a coupon that was not commissioned before.",
            "lines follow the line that the account remembers as its last one.",
        ),
    ),
    "a redeemed coupon was not commissioned": Fault(
        ("UPDATE redemption SET serial = 150 WHERE serial = 1",),
        (
            "the redemption of serial 150 is of a coupon that was not commissioned before.",
            "lines follow the line that the account remembers as its last one.",
        ),
    ),
    "a coupon is redeemed twice": Fault(
        (
            "ALTER TABLE redemption DROP CONSTRAINT pk_redemption",
            "UPDATE redemption SET serial = 0 WHERE serial = 1",
        ),
        (
            "the redemption of serial 0 is one of 2 of the same coupon.",
            "the redemption of serial 0 is one of 2 of the same coupon.",
        ),
    ),
    "a redemption is not valued": Fault(
        ("UPDATE redemption SET sale = 999999 WHERE serial = 1",),
        (
            "sale number 13, line 1: it is valued, and was never sold or redeemed.",
            "the redemption of serial 1 was never valued.",
            f"{_AGAIN} (ValueError: sale 13 has no line 1 at the place of its valuation).",
        ),
    ),
    "a budget has more left": Fault(
        (f"UPDATE points_pool SET rest = rest + 1 WHERE slice = 0 AND rule_id = {_BUDGET}",),
        ("SCH-2026-000001: the budget is 100,000 points; 413 are granted, 99,588 are left, and 0 are owed.",),
    ),
    "a limit in total owes points": Fault(
        (f"UPDATE points_pool_limit SET owed = 4 WHERE rule_id <> {_BUDGET}",),
        (
            (
                f"SCH-2026-000001: the limit in total of rule {key('rule 1')} is 20 points; 20 are "
                "granted, 0 are left, and 4 are owed."
            ),
        ),
    ),
    "a limit is not that of the revision": Fault(
        (f"UPDATE points_pool_limit SET capacity = 30, owed = 0 WHERE rule_id <> {_BUDGET}",),
        (
            (
                f"SCH-2026-000001: the limit in total of rule {key('rule 1')} is kept as 30 points, and the scheme "
                "follows revision 1, where it is 20 points."
            ),
        ),
    ),
    "a pool is lost": Fault(
        (
            f"DELETE FROM points_pool WHERE rule_id = {_BUDGET}",
            f"DELETE FROM points_pool_limit WHERE rule_id = {_BUDGET}",
        ),
        (("SCH-2026-000001: the budget is not kept, and the scheme follows revision 1, where it is 100,000 points."),),
    ),
    "it is forgotten whose limits hold": Fault(
        ("DELETE FROM points_scheme",),
        ("SCH-2026-000001: lines are valued, and no revision is noted whose limits over all ECPs hold.",),
    ),
    "the first posting is forgotten": Fault(
        ("UPDATE program SET first_posting_at = NULL",),
        ("the program: it has no time of a first posting, and there is an entry of #.",),
    ),
}
