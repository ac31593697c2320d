"""Statements that read bonus rules, and the names of what they mention."""

from sqlalchemy import any_, literal, select, union_all

from db.catalog.tables import GeographyTable, ProductTable, TierTable, VariantTable
from db.rules.rows import NameRow, RuleRow
from db.rules.tables import BonusRuleTable
from db.statement import Query, Statement, uuids


def rules() -> Query:
    """The columns of a bonus rule."""
    return select(BonusRuleTable.id, BonusRuleTable.scheme_id, BonusRuleTable.position, BonusRuleTable.document)


RULES_BY_SCHEME = Statement(
    rules()
    .where(BonusRuleTable.scheme_id == any_(uuids("ids")))
    .order_by(BonusRuleTable.scheme_id, BonusRuleTable.position),
    RuleRow,
)


NAMES = Statement(
    union_all(
        select(literal("tier"), TierTable.id, TierTable.name).where(TierTable.id == any_(uuids("ids"))),
        select(literal("geography"), GeographyTable.id, GeographyTable.name).where(
            GeographyTable.id == any_(uuids("ids"))
        ),
        select(literal("variant"), VariantTable.id, VariantTable.sku).where(VariantTable.id == any_(uuids("ids"))),
        select(literal("product"), ProductTable.id, ProductTable.name).where(ProductTable.id == any_(uuids("ids"))),
    ),
    NameRow,
)
