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
    ecp: Ecp | None = batched(
        ecps_by_id, key="key", description="The ECP after the mutation. Null if there are errors."
    )


@strawberry.type(description="The result of `registerEcp`.")
class RegisterEcpPayload(EcpPayload):
    pass


@strawberry.type(description="The result of `verifyEcp`.")
class VerifyEcpPayload(EcpPayload):
    pass


@strawberry.type(description="The result of `suspendEcp`.")
class SuspendEcpPayload(EcpPayload):
    pass


@strawberry.type(description="The result of `unlockEcp`.")
class UnlockEcpPayload(EcpPayload):
    pass


@strawberry.type(description="The result of `updateEcp`.")
class UpdateEcpPayload(EcpPayload):
    pass


@strawberry.type(description="The result of `eraseEcp`.")
class EraseEcpPayload(EcpPayload):
    pass


@strawberry.type(description="The result of `recordActivities`.")
class RecordActivitiesPayload(Payload):
    results: list[ActivityResult] | None = strawberry.field(
        default=None,
        description="The outcome of each activity, in the order of the input. Null if the whole report was rejected.",
    )
    recorded: int | None = strawberry.field(default=None, description="How many activities are newly recorded.")
    duplicates: int | None = strawberry.field(default=None, description="How many activities were already recorded.")
    rejected: int | None = strawberry.field(default=None, description="How many activities were rejected.")

    @classmethod
    def of(cls, rows: list[ActivityResultRow]) -> "RecordActivitiesPayload":
        """Builds the payload of a report."""
        outcomes = [row.outcome for row in rows]
        return cls(
            results=rows,  # type: ignore[arg-type] # rows answer the fields of their type
            recorded=outcomes.count(ActivityOutcome.RECORDED),
            duplicates=outcomes.count(ActivityOutcome.DUPLICATE),
            rejected=outcomes.count(ActivityOutcome.REJECTED),
        )
