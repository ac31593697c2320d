"""Choose the codes of new packs: those that the client states, and unused ones of the company prefix for the others."""

from collections.abc import Sequence
from typing import Final

from db.consignments.pack_reads import COMPANY_PREFIX, NEXT_PACK_NUMBERS, OPEN_PACKS
from db.sessions import TransactionConflict, Writing
from domain.consignments.failures import NoCompanyPrefix, SsccsExhausted
from domain.consignments.packs import build_sscc, count_references, normalize_sscc
from domain.failures import Problem, UserErrorCode
from resolvers.validation import reject_invalid

# Vendors may have stated codes that the server would make. Then it makes others, at most so often.
_ATTEMPTS: Final = 5


async def choose_codes(session: Writing, stated: Sequence[str | None]) -> list[str]:
    """Return a code for each pack; None stands for one that the server makes.

    Raises InvalidInput for a code of a pack that is not opened, NoCompanyPrefix, and SsccsExhausted.
    """
    codes = [None if text is None else normalize_sscc(text) for text in stated]
    given = [code for code in codes if code is not None]
    used = await _find_used(session, given)
    reject_invalid(used_problem(code, index) for index, code in enumerate(codes) if code is not None and code in used)
    made = iter(await _make_codes(session, len(codes) - len(given), frozenset(given)))
    return [next(made) if code is None else code for code in codes]


def used_problem(sscc: str, index: int) -> Problem:
    """The problem of a code that another pack has; it does not say whose."""
    message = f"The SSCC {sscc} is in use: another pack has it. Use another one."
    return Problem(UserErrorCode.DUPLICATE, message, ("packs", str(index), "sscc"))


async def _find_used(session: Writing, ssccs: Sequence[str]) -> set[str]:
    return {row.sscc for row in await session.fetch(OPEN_PACKS, ssccs=list(ssccs))} if ssccs else set()


async def _make_codes(session: Writing, count: int, given: frozenset[str]) -> list[str]:
    made: list[str] = []
    prefix = None
    for _ in range(_ATTEMPTS):
        if len(made) == count:
            return made
        if prefix is None:
            (prefix,) = await session.fetch(COMPANY_PREFIX)
            if prefix is None:
                raise NoCompanyPrefix
        numbers = await session.fetch(NEXT_PACK_NUMBERS, count=count - len(made))
        if max(numbers) >= count_references(prefix):
            raise SsccsExhausted(prefix)
        fresh = [build_sscc(prefix, number) for number in numbers]
        used = await _find_used(session, fresh) | given
        made += [code for code in fresh if code not in used]
    raise TransactionConflict
