"""The tables, one module an area. Importing this package fills `Base.metadata`."""

from db.models.accounts import AccountRoleTable, AccountTable, ApiKeyTable
from db.models.base import Base
from db.models.catalog import GeographyTable, ProductTable, TierTable, VariantTable, VendorTable
from db.models.collaboration import NotificationTable, SchemeActivityTable, SchemeParticipantTable
from db.models.ecps import EcpActivityTable, EcpCountTable, EcpTable, EnrollmentCountTable, EnrollmentTable
from db.models.events import AccessVersionTable, EventStreamTable, EventTable
from db.models.schemes import (
    BonusRuleTable,
    CodeCounterTable,
    SchemeGeographyTable,
    SchemeRevisionTable,
    SchemeSectionTable,
    SchemeStageTable,
    SchemeSubmissionTable,
    SchemeTable,
    SchemeVariantTable,
)
from db.models.webhooks import WebhookDeliveryTable, WebhookEndpointTable

__all__ = [
    "AccessVersionTable",
    "AccountRoleTable",
    "AccountTable",
    "ApiKeyTable",
    "Base",
    "BonusRuleTable",
    "CodeCounterTable",
    "EcpActivityTable",
    "EcpCountTable",
    "EcpTable",
    "EnrollmentCountTable",
    "EnrollmentTable",
    "EventStreamTable",
    "EventTable",
    "GeographyTable",
    "NotificationTable",
    "ProductTable",
    "SchemeActivityTable",
    "SchemeGeographyTable",
    "SchemeParticipantTable",
    "SchemeRevisionTable",
    "SchemeSectionTable",
    "SchemeStageTable",
    "SchemeSubmissionTable",
    "SchemeTable",
    "SchemeVariantTable",
    "TierTable",
    "VariantTable",
    "VendorTable",
    "WebhookDeliveryTable",
    "WebhookEndpointTable",
]
