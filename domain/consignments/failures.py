"""Declared failures of consignments and custody; each carries its data and builds its sentence."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.failures import Failure, IllegalState, Path, UserErrorCode
from domain.spans import Spans
from domain.text import format_count

CONSIGNMENT_PATH: Final = ("input", "consignmentId")
BATCH_PATH: Final = ("input", "batchId")
DISCREPANCY_PATH: Final = ("input", "discrepancyId")
SCHEME_PATH: Final = ("input", "schemeId")


class QuantityExceeded(Failure):
    """More coupons were asked for than there are; `available` of the variant can be taken."""

    code = UserErrorCode.QUANTITY_EXCEEDED

    def __init__(self, message: str, path: Path, *, variant_id: UUID, requested: int, available: int) -> None:
        super().__init__(message, path)
        self.variant_id = variant_id
        self.requested = requested
        self.available = available


class SerialsNotHeld(Failure):
    """Some of the named serials are not where the caller would take them from."""

    code = UserErrorCode.CONFLICT

    def __init__(self, message: str, path: Path, *, variant_id: UUID, serials: Spans) -> None:
        super().__init__(message, path)
        self.variant_id = variant_id
        self.serials = serials


class SerialsHeld(Failure):
    """Some of the serials carry superseded artwork, and Operations has not accepted or scrapped them.

    `discrepancy_id` holds them, since `version` of the artwork superseded what is printed on them.
    """

    code = UserErrorCode.CONFLICT

    def __init__(  # noqa: PLR0913 - the data, by name
        self, path: Path, *, sku: str, variant_id: UUID, serials: Spans, discrepancy_id: UUID, version: int
    ) -> None:
        one = serials.quantity == 1
        super().__init__(
            f"{name_serials(serials, sku)} held: {'it carries' if one else 'they carry'} artwork that version "
            f"{version} superseded. Leave {'it' if one else 'them'} out until Operations has accepted or scrapped "
            f"{'it' if one else 'them'}.",
            path,
        )
        self.variant_id = variant_id
        self.serials = serials
        self.discrepancy_id = discrepancy_id
        self.version = version


class PackNotHeld(Failure):
    """A named pack is not where the caller would take it from."""

    code = UserErrorCode.CONFLICT

    def __init__(self, message: str, path: Path, *, sscc: str) -> None:
        super().__init__(message, path)
        self.sscc = sscc


class SerialsPacked(Failure):
    """Some of the serials to pack are in another pack."""

    code = UserErrorCode.CONFLICT

    def __init__(self, path: Path, *, sku: str, variant_id: UUID, sscc: str, serials: Spans) -> None:
        super().__init__(
            f"{name_serials(serials, sku)} in pack {sscc}. Open that pack first, or leave the serials out.", path
        )
        self.variant_id = variant_id
        self.sscc = sscc
        self.serials = serials


class NoCompanyPrefix(IllegalState):
    """The program has no GS1 company prefix, so the server cannot make codes of packs."""

    def __init__(self) -> None:
        super().__init__(
            "The program has no GS1 company prefix to make SSCCs with. State the SSCC of each pack, or ask an "
            "administrator to set `gs1CompanyPrefix` with `updateProgram`.",
            ("input", "packs"),
        )


class SsccsExhausted(Failure):
    """All SSCCs of the company prefix are used."""

    code = UserErrorCode.LIMIT_EXCEEDED

    def __init__(self, prefix: str) -> None:
        super().__init__(
            f"The GS1 company prefix {prefix} has no unused SSCCs left. State the SSCC of each pack, or ask an "
            "administrator to set another prefix with `updateProgram`.",
            ("input", "packs"),
        )


class CouponsInert(Failure):
    """Serials are not allocated to a consignment, so that nobody has them and there is nothing to recall."""

    code = UserErrorCode.COUPON_INERT

    def __init__(self, serials: Spans) -> None:
        one = serials.quantity == 1
        subject = f"{'Serial' if one else 'Serials'} {serials.describe()} {'is' if one else 'are'}"
        super().__init__(
            f"{subject} not allocated to a consignment, so nobody has {'this coupon' if one else 'these coupons'}. "
            "Recall only allocated coupons.",
            ("input", "serials"),
        )
        self.serials = serials


class ChainNotAcknowledged(Failure):
    """The chain is unusual, and the input does not acknowledge the warnings."""

    code = UserErrorCode.REQUIRED

    def __init__(self, warnings: Sequence[str]) -> None:
        super().__init__(
            f"{' '.join(warnings)} If the chain is meant to be so, set acknowledgeWarnings.",
            ("input", "acknowledgeWarnings"),
        )
        self.warnings = tuple(warnings)


class OccurredTooEarly(Failure):
    """A movement is reported for a time before the last movement of the same serials."""

    code = UserErrorCode.CONFLICT

    def __init__(self, moment: str) -> None:
        super().__init__(
            f"These coupons moved last on {moment}. Report a time that is not earlier, or leave it out.",
            ("input", "occurredAt"),
        )


class NothingToDo(IllegalState):
    """There are no coupons that the action could concern."""


def exceeded(  # noqa: PLR0913 - the parts of a sentence, by name
    *, sku: str, requested: int, available: int, where: str, path: Path, variant_id: UUID
) -> QuantityExceeded:
    """Build the failure: “There are 40 coupons of AMB-1L to produce, not 50.”."""
    message = (
        f"{format_count(available, 'coupon')} of {sku} {'is' if available == 1 else 'are'} {where}, not {requested:,}."
    )
    return QuantityExceeded(message, path, variant_id=variant_id, requested=requested, available=available)


def held_back(*, sku: str, requested: int, on_hand: int, free: int, path: Path, variant_id: UUID) -> QuantityExceeded:  # noqa: PLR0913 - the parts of a sentence, by name
    """Build the failure where superseded artwork holds some of the coupons on hand."""
    held = on_hand - free
    verb, pronoun = ("is", "it carries") if held == 1 else ("are", "they carry")
    which = f"{held:,} of them" if free else "it" if held == 1 else "all of them"
    stock = f"{format_count(on_hand, 'coupon')} of {sku} {'is' if on_hand == 1 else 'are'} on hand"
    message = (
        f"{stock}, and {which} {verb} held: "
        f"{pronoun} superseded artwork. Ask Operations to decide{f', or take at most {free:,}' if free else ''}."
    )
    return QuantityExceeded(message, path, variant_id=variant_id, requested=requested, available=free)


def name_serials(serials: Spans, sku: str, verbs: tuple[str, str] = ("is", "are")) -> str:
    """Begin a sentence about serials: “Serial 7 of AMB-1L is”, “Serials 7 to 9 of AMB-1L are”."""
    one = serials.quantity == 1
    return f"{'Serial' if one else 'Serials'} {serials.describe()} of {sku} {verbs[0] if one else verbs[1]}"
