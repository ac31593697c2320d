"""The tables, one module an area. Importing this package fills `Base.metadata`."""

from db.models.accounts import AccountRoleTable, AccountTable, ApiKeyTable
from db.models.base import Base
from db.models.catalog import GeographyTable, ProductTable, TierTable, VariantTable, VendorTable
from db.models.schemes import (
    BonusRuleTable,
    CodeCounterTable,
    SchemeGeographyTable,
    SchemeSectionChangeTable,
    SchemeSectionTable,
    SchemeStageTable,
    SchemeSubmissionTable,
    SchemeTable,
    SchemeVariantTable,
)

__all__ = [
    "AccountRoleTable",
    "AccountTable",
    "ApiKeyTable",
    "Base",
    "BonusRuleTable",
    "CodeCounterTable",
    "GeographyTable",
    "ProductTable",
    "SchemeGeographyTable",
    "SchemeSectionChangeTable",
    "SchemeSectionTable",
    "SchemeStageTable",
    "SchemeSubmissionTable",
    "SchemeTable",
    "SchemeVariantTable",
    "TierTable",
    "VariantTable",
    "VendorTable",
]
