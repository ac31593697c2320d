"""Changes to bonus rules."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, insert

from db.rules.tables import BonusRuleTable
from db.sessions import Writing
from domain.rules.model import BonusRule


async def set_rules(session: Writing, scheme_id: UUID, rules: Sequence[BonusRule]) -> None:
    """Replace the bonus rules of a scheme, in this order; a rule keeps its id."""
    await session.execute(delete(BonusRuleTable).where(BonusRuleTable.scheme_id == scheme_id))
    rows = [
        {"id": rule.id, "scheme_id": scheme_id, "position": position, "document": rule}
        for position, rule in enumerate(rules, start=1)
    ]
    if rows:
        await session.execute(insert(BonusRuleTable), rows)
