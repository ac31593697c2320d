"""Payloads of ECPs."""

import strawberry

from domain.ecps.activities import ActivityOutcome
from resolvers.ecps.loaders import ecps_by_id
from resolvers.ecps.record_activities import ActivityResult as ActivityResultRow
from schema.ecps.types import ActivityResult, Ecp
from schema.fields import batched
from schema.payloads import KeyedPayload, Payload


@strawberry.type
class EcpPayload(KeyedPayload):
    """A payload with an ECP."""

    ecp: Ecp | None = batched(
        ecps_by_id, key="key", description="The ECP after the mutation; null when there are errors."
    )


@strawberry.type(description="The answer to `registerEcp`.")
class RegisterEcpPayload(EcpPayload):
    pass


@strawberry.type(description="The answer to `verifyEcp`.")
class VerifyEcpPayload(EcpPayload):
    pass


@strawberry.type(description="The answer to `suspendEcp`.")
class SuspendEcpPayload(EcpPayload):
    pass


@strawberry.type(description="The answer to `updateEcp`.")
class UpdateEcpPayload(EcpPayload):
    pass


@strawberry.type(description="The answer to `eraseEcp`.")
class EraseEcpPayload(EcpPayload):
    pass


@strawberry.type(description="The answer to `recordActivities`.")
class RecordActivitiesPayload(Payload):
    results: list[ActivityResult] | None = strawberry.field(
        default=None, description="What became of each activity, in their order; null when the report was refused."
    )
    recorded: int | None = strawberry.field(default=None, description="How many are recorded now.")
    duplicates: int | None = strawberry.field(default=None, description="How many were recorded before.")
    rejected: int | None = strawberry.field(default=None, description="How many were rejected.")

    @classmethod
    def of(cls, rows: list[ActivityResultRow]) -> "RecordActivitiesPayload":
        """The payload of a report."""
        outcomes = [row.outcome for row in rows]
        return cls(
            results=rows,  # type: ignore[arg-type] # rows answer the fields of their type
            recorded=outcomes.count(ActivityOutcome.RECORDED),
            duplicates=outcomes.count(ActivityOutcome.DUPLICATE),
            rejected=outcomes.count(ActivityOutcome.REJECTED),
        )
