"""What connected systems report that ECPs did: input, payload and mutation."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain.ecps.activities import ACTIVITIES_LIMIT, Activity, ActivityOutcome
from domain.failures import InvalidInput
from domain.permissions import Permission
from resolvers.ecps.record_activities import ActivityResult as ActivityResultRow
from resolvers.ecps.record_activities import RecordActivities, record_activities
from schema.descriptions import described
from schema.errors import UserError, user_errors
from schema.fields import AppInfo, computed, leaf
from schema.payloads import error_list
from schema.roots import mutation

described(
    ActivityOutcome,
    "What became of one reported activity.",
    {
        ActivityOutcome.RECORDED: "It is recorded now.",
        ActivityOutcome.DUPLICATE: "It was recorded before, with the same content; nothing changed.",
        ActivityOutcome.REJECTED: "It is not recorded; `errors` say why.",
    },
)


@strawberry.input(description="Something that an ECP did.")
class ActivityInput:
    """An activity."""

    external_id: str = leaf("What the reporting system calls it, unique within the source; 1 to 120 characters.")
    ecp_code: str = leaf("The code of the ECP.")
    kind: str = leaf(
        "What it did, like `TRAINING_COMPLETED`: 2 to 60 capital letters, digits and underscores. Rules name it so."
    )
    occurred_at: datetime = leaf("When it did; not in the future.")


@strawberry.input(description="What a connected system reports.")
class RecordActivitiesInput:
    """A report."""

    source: str = leaf("The reporting system, always by the same name; 1 to 60 characters.")
    activities: list[ActivityInput] = leaf(f"What ECPs did, 1 to {ACTIVITIES_LIMIT:,} activities.")

    def to_command(self) -> RecordActivities:
        """The command."""
        activities = [
            Activity(item.external_id, item.ecp_code, item.kind, item.occurred_at) for item in self.activities
        ]
        return RecordActivities(self.source, activities)


@strawberry.type(description="What became of one reported activity.")
class ActivityResult:
    """A result."""

    external_id: str = leaf("What the reporting system calls the activity.")
    outcome: ActivityOutcome = leaf("What became of it.")
    errors: list[UserError] = computed(
        lambda row: user_errors(InvalidInput(*row.problems)), "Why it was rejected; empty otherwise."
    )


@strawberry.type(description="The answer to `recordActivities`.")
class RecordActivitiesPayload:
    """What was recorded."""

    results: list[ActivityResult] | None = strawberry.field(
        default=None, description="What became of each activity, in their order; null when the report was refused."
    )
    recorded: int | None = strawberry.field(default=None, description="How many are recorded now.")
    duplicates: int | None = strawberry.field(default=None, description="How many were recorded before.")
    rejected: int | None = strawberry.field(default=None, description="How many were rejected.")
    errors: list[UserError] = error_list()

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


@strawberry.type
class ActivityMutations:
    """Root fields that record what ECPs did."""

    @mutation(
        requires=Permission.ACTIVITY_RECORD,
        description="Record what ECPs did, as a connected system reports it. An activity is known by source and "
        "external id: the same again changes nothing. Each is recorded or rejected by itself.",
    )
    async def record_activities(
        self,
        info: AppInfo,
        input: Annotated[RecordActivitiesInput, strawberry.argument(description="What to do.")],
    ) -> RecordActivitiesPayload:
        """Record."""
        return RecordActivitiesPayload.of(await record_activities(info.context, input.to_command()))
