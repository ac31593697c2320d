"""The stored facts of all areas that notifications can hold."""

from typing import Final

from domain.adjustments.stored_facts import StoredAdjustmentFact
from domain.artwork.stored_facts import StoredArtworkFact
from domain.consignments.stored_facts import StoredConsignmentFact
from domain.ecps.stored_facts import StoredEcpFact
from domain.enrollments.stored_facts import StoredEnrollmentFact
from domain.imports.stored_facts import StoredImportFact
from domain.jobs.stored_facts import StoredJobFact
from domain.points.stored_facts import StoredPointsFact
from domain.schemes.stored_facts import StoredSchemeFact
from domain.settlements.stored_facts import StoredSettlementFact
from domain.stored_facts import AsWritten, FactDecoder
from domain.webhooks.stored_facts import StoredWebhookFact

NotificationFact = (
    StoredEcpFact
    | StoredEnrollmentFact
    | StoredAdjustmentFact
    | StoredPointsFact
    | StoredSettlementFact
    | StoredSchemeFact
    | StoredConsignmentFact
    | StoredArtworkFact
    | StoredWebhookFact
    | StoredJobFact
    | StoredImportFact
)
StoredNotification = NotificationFact | AsWritten

NOTIFICATION_DECODER: Final[FactDecoder[StoredNotification]] = FactDecoder(StoredNotification)
