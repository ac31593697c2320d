"""A chain has one to ten different vendors and begins with a printer; unusual orders are named (R12)."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalog.facts import VendorKind
from domain.consignments.chains import LONGEST_CHAIN, chain_problems, chain_warnings
from domain.failures import UserErrorCode

PRINTER, PACKAGER, FACTORY = VendorKind.PRINTER, VendorKind.PACKAGER, VendorKind.FACTORY
FACTORY_FIRST = "A chain begins with a printer, and the first vendor is a factory."
KINDS = st.sampled_from((PRINTER, PACKAGER, FACTORY, None))
CHAINS = st.lists(st.tuples(st.integers(0, 12).map(lambda number: UUID(int=number)), KINDS), max_size=13)


@given(CHAINS)
def test_a_chain_without_problems_can_be_gone(chain: list[tuple[UUID, VendorKind | None]]) -> None:
    ids, kinds = [vendor_id for vendor_id, _ in chain], [kind for _, kind in chain]
    problems = list(chain_problems(ids, kinds, ("vendorIds",)))
    sound = 1 <= len(ids) <= LONGEST_CHAIN and len(set(ids)) == len(ids) and None not in kinds
    assert (not problems) is (sound and kinds[0] is PRINTER)


@given(st.lists(st.sampled_from((PRINTER, PACKAGER, FACTORY)), min_size=1, max_size=10))
def test_a_chain_is_usual_in_one_order_only(kinds: list[VendorKind]) -> None:
    order = [(PRINTER, PACKAGER, FACTORY).index(kind) for kind in kinds]
    assert (not chain_warnings(kinds)) is (order == sorted(order) and kinds[-1] is FACTORY)


@pytest.mark.parametrize(
    ("ids", "kinds", "problems"),
    [
        ([], [], [(UserErrorCode.REQUIRED, "Choose at least one vendor.", ("v",))]),
        (
            [1, 2, 1],
            [PRINTER, FACTORY, PRINTER],
            [
                (
                    UserErrorCode.DUPLICATE,
                    "Vendor 3 is in the chain already. Each vendor takes part once.",
                    ("v", "2"),
                )
            ],
        ),
        (
            [1, 2],
            [FACTORY, None],
            [
                (UserErrorCode.NOT_FOUND, "Vendor 2 of the chain does not exist.", ("v", "1")),
                (
                    UserErrorCode.INVALID,
                    "A chain begins with a printer, and the first vendor is a factory.",
                    ("v", "0"),
                ),
            ],
        ),
        (
            list(range(11)),
            [PRINTER] * 11,
            [(UserErrorCode.LIMIT_EXCEEDED, "A chain has at most 10 vendors, not 11.", ("v",))],
        ),
    ],
)
def test_problems_of_chains(
    ids: list[int], kinds: list[VendorKind | None], problems: list[tuple[UserErrorCode, str, tuple[str, ...]]]
) -> None:
    found = chain_problems([UUID(int=number) for number in ids], kinds, ("v",))
    assert [(each.code, each.message, each.path) for each in found] == problems


@pytest.mark.parametrize(
    ("kinds", "warnings"),
    [
        ([PRINTER, PACKAGER, FACTORY], ()),
        ([PRINTER, FACTORY], ()),
        (
            [PRINTER],
            ("No factory is at the end of the chain, so the last vendor commissions the coupons.",),
        ),
        ([PRINTER, FACTORY, PACKAGER, FACTORY], ("A factory comes before a packager.",)),
    ],
)
def test_warnings_about_chains(kinds: list[VendorKind], warnings: tuple[str, ...]) -> None:
    assert chain_warnings(kinds) == warnings
