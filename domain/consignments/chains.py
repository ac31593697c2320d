"""The chain of vendors of a consignment: what it must be, and what is unusual about it."""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from domain.catalog.facts import VendorKind
from domain.failures import Path, Problem, UserErrorCode

LONGEST_CHAIN: Final = 10
_ORDER: Final = (VendorKind.PRINTER, VendorKind.PACKAGER, VendorKind.FACTORY)


def chain_problems(vendor_ids: Sequence[UUID], kinds: Sequence[VendorKind | None], path: Path) -> Iterator[Problem]:
    """Problems of a chain; `kinds` are those of the vendors, None for a vendor that does not exist."""
    if not vendor_ids:
        yield Problem(UserErrorCode.REQUIRED, "Choose at least one vendor.", path)
        return
    if len(vendor_ids) > LONGEST_CHAIN:
        message = f"A chain has at most {LONGEST_CHAIN} vendors, not {len(vendor_ids):,}."
        yield Problem(UserErrorCode.LIMIT_EXCEEDED, message, path)
        return
    for index, (vendor_id, kind) in enumerate(zip(vendor_ids, kinds, strict=True)):
        place = (*path, str(index))
        if kind is None:
            yield Problem(UserErrorCode.NOT_FOUND, f"Vendor {index + 1} of the chain does not exist.", place)
        elif vendor_id in vendor_ids[:index]:
            message = f"Vendor {index + 1} is in the chain already. Each vendor takes part once."
            yield Problem(UserErrorCode.DUPLICATE, message, place)
    if kinds[0] not in {None, VendorKind.PRINTER}:
        message = f"A chain begins with a printer, and the first vendor is a {kinds[0].lower()}."
        yield Problem(UserErrorCode.INVALID, message, (*path, "0"))


def chain_warnings(kinds: Sequence[VendorKind]) -> tuple[str, ...]:
    """What is unusual about a chain, one sentence each; empty for printer, packager, factory."""
    warnings = []
    if kinds[-1] is not VendorKind.FACTORY:
        warnings.append("No factory is at the end of the chain, so the last vendor commissions the coupons.")
    positions = [_ORDER.index(kind) for kind in kinds]
    if positions != sorted(positions):
        unordered = next(
            (kinds[index], kinds[index + 1])
            for index in range(len(kinds) - 1)
            if positions[index] > positions[index + 1]
        )
        warnings.append(f"A {unordered[0].lower()} comes before a {unordered[1].lower()}.")
    return tuple(warnings)


def find_started_change(started: Sequence[UUID], wanted: Sequence[UUID]) -> int | None:
    """The index of the first vendor that has started and that a new chain leaves out or moves; None if all stay."""
    return next(
        (index for index, vendor_id in enumerate(started) if index >= len(wanted) or wanted[index] != vendor_id), None
    )
