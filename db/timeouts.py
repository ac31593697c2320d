"""How long the statements of one transaction may take."""

from typing import Final

from sqlalchemy import func, literal, select, true

from db.columns import scalar
from db.statement import Statement

# Milliseconds, until the transaction ends.
ALLOW_FIVE_MINUTES: Final = Statement(
    select(func.set_config("statement_timeout", literal("300000"), true())), scalar(str)
)
