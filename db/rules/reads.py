"""Statements that read bonus rules, and the names of the things that rules mention."""

from typing import Any, Final

from sqlalchemy import any_, literal, select, union_all

from db.catalog.tables import CategoryTable, GeographyTable, ProductTable, TierTable, VariantTable
from db.columns import columns
from db.rules.rows import NameRow, RuleRow
from db.rules.tables import BonusRuleTable
from db.statement import Query, Statement, uuids

RULE_COLUMNS: Final = columns(BonusRuleTable, RuleRow)


def _named(kind: str, table: Any, name: Any) -> Query:
    return select(*columns(table, NameRow, kind=literal(kind), name=name)).where(table.id == any_(uuids("ids")))


RULES_BY_SCHEME = Statement(
    select(*RULE_COLUMNS)
    .where(BonusRuleTable.scheme_id == any_(uuids("ids")))
    .order_by(BonusRuleTable.scheme_id, BonusRuleTable.position),
    RuleRow,
)

NAMES = Statement(
    union_all(
        _named("tier", TierTable, TierTable.name),
        _named("geography", GeographyTable, GeographyTable.name),
        _named("variant", VariantTable, VariantTable.sku),
        _named("product", ProductTable, ProductTable.name),
        _named("category", CategoryTable, CategoryTable.name),
    ),
    NameRow,
)
