"""Codes for people, like `SCH-2026-000042`: the counter of each kind and year."""

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.sessions import Writing


async def next_code(session: Writing, kind: str, year: int) -> str:
    """The next code of its kind and year, like `SCH-2026-000042`. Codes have no gaps, so concurrent callers wait."""
    (code,) = await next_codes(session, kind, year, 1)
    return code


async def next_codes(session: Writing, kind: str, year: int, count: int) -> list[str]:
    """The next `count` codes in their order; `count` is at least 1."""
    statement = upsert(CodeCounterTable).values(kind=kind, year=year, last=count)
    statement = statement.on_conflict_do_update(
        index_elements=["kind", "year"], set_={"last": CodeCounterTable.last + count}
    )
    ((last,),) = await session.returning(statement.returning(CodeCounterTable.last))
    return [f"{kind}-{year}-{number:06}" for number in range(last - count + 1, last + 1)]


class CodeCounterTable(Base):
    """The last number given out per kind of code and year: codes for people have no gaps."""

    __tablename__ = "code_counter"

    kind: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
