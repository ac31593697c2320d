"""How long the statements of one transaction may take."""

from typing import Final

from sqlalchemy import func, literal, select, true

from db.columns import scalar
from db.statement import Statement


def _allow(minutes: int) -> Statement[str]:
    """Let statements take so long until the transaction ends."""
    return Statement(select(func.set_config("statement_timeout", literal(f"{minutes}min"), true())), scalar(str))


ALLOW_FIVE_MINUTES: Final = _allow(5)
ALLOW_TEN_MINUTES: Final = _allow(10)
