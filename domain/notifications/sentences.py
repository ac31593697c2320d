"""The sentence of a notification, written by the area of its stored fact."""

from collections.abc import Sequence

from domain.adjustments.sentences import adjustment_sentence
from domain.adjustments.stored_facts import StoredAdjustmentFact
from domain.artwork.sentences import artwork_sentence
from domain.artwork.stored_facts import StoredArtworkFact
from domain.consignments.notification_sentences import consignment_sentence
from domain.consignments.stored_facts import StoredConsignmentFact
from domain.ecps.sentences import ecp_sentence
from domain.ecps.stored_facts import StoredEcpFact
from domain.enrollments.sentences import enrollment_sentence
from domain.enrollments.stored_facts import StoredEnrollmentFact
from domain.imports.sentences import import_sentence
from domain.imports.stored_facts import StoredImportFact
from domain.jobs.sentences import job_sentence
from domain.jobs.stored_facts import StoredJobFact
from domain.notifications.stored_facts import StoredNotification
from domain.points.notices import points_sentence
from domain.points.stored_facts import StoredPointsFact
from domain.schemes.activity_sentences import scheme_sentence
from domain.schemes.content import FieldDifference
from domain.schemes.stored_facts import StoredSchemeFact
from domain.settlements.sentences import settlement_sentence
from domain.settlements.stored_facts import StoredSettlementFact
from domain.stored_facts import AccountNames, AsWritten, Reader
from domain.webhooks.sentences import webhook_sentence
from domain.webhooks.stored_facts import StoredWebhookFact

_FactOfEcp = StoredEcpFact | StoredEnrollmentFact | StoredAdjustmentFact | StoredSettlementFact | StoredPointsFact


def notification_sentence(
    fact: StoredNotification, reader: Reader, names: AccountNames, changes: Sequence[FieldDifference] = ()
) -> str:
    """Write a stored fact for the person who is notified; `changes` are those of the activity of a scheme."""
    if isinstance(fact, AsWritten):
        return fact.text
    if isinstance(fact, StoredSchemeFact):
        return scheme_sentence(fact, reader, names, changes)
    if isinstance(fact, StoredWebhookFact):
        return webhook_sentence(fact, names)
    if isinstance(fact, _FactOfEcp):
        return _sentence_of_ecp(fact, reader)
    if isinstance(fact, StoredJobFact | StoredImportFact):
        return job_sentence(fact) if isinstance(fact, StoredJobFact) else import_sentence(fact)
    return _sentence_of_production(fact)


def _sentence_of_ecp(fact: _FactOfEcp, reader: Reader) -> str:
    if isinstance(fact, StoredEcpFact | StoredEnrollmentFact):
        return ecp_sentence(fact, reader) if isinstance(fact, StoredEcpFact) else enrollment_sentence(fact, reader)
    if isinstance(fact, StoredSettlementFact):
        return settlement_sentence(fact, reader)
    return (
        adjustment_sentence(fact, reader) if isinstance(fact, StoredAdjustmentFact) else points_sentence(fact, reader)
    )


def _sentence_of_production(fact: StoredConsignmentFact | StoredArtworkFact) -> str:
    return artwork_sentence(fact) if isinstance(fact, StoredArtworkFact) else consignment_sentence(fact)
