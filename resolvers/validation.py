"""Validation in mutations: problems of an input, unknown ids, and duplicate unique values."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import UUID

from db.sessions import DuplicateKey, Writing
from db.statement import Statement
from domain.failures import InvalidInput, Problem, UserErrorCode
from resolvers.context import Operation

RowT = TypeVar("RowT")


def reject_invalid(problems: Iterable[Problem]) -> None:
    """Raise InvalidInput if there are problems, with all of them and their paths from the arguments of the mutation."""
    found = tuple(problem.under("input") for problem in problems)
    if found:
        raise InvalidInput(*found)


@asynccontextmanager
async def open_upsert(operation: Operation, taken: Mapping[str, tuple[str, str]]) -> AsyncIterator[Writing]:
    """Open a transaction that turns DuplicateKey into InvalidInput; `taken` maps an index to (field, sentence)."""
    try:
        async with operation.writing() as session:
            yield session
    except DuplicateKey as duplicate:
        if duplicate.constraint not in taken:
            raise
        field, message = taken[duplicate.constraint]
        raise InvalidInput(Problem(UserErrorCode.DUPLICATE, message, ("input", field))) from duplicate


async def lock_existing(session: Writing, lock: Statement[RowT], key: UUID | None, noun: str) -> RowT | None:
    """Lock the entry with this id; None without an id. Raises InvalidInput for an unknown id."""
    if key is None:
        return None
    rows = await session.fetch(lock, id=key)
    if not rows:
        raise InvalidInput(Problem(UserErrorCode.NOT_FOUND, f"This {noun} does not exist.", ("input", "id")))
    return rows[0]
