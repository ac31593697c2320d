"""Types of the activity of schemes."""

from datetime import datetime
from typing import Annotated

import msgspec
import strawberry

from db.schemes.rows import ActivityRow
from domain.node_kinds import NodeKind
from domain.schemes.content import FieldDifference
from resolvers.accounts.loaders import accounts_by_id
from resolvers.schemes.activity_loaders import activities_by_id
from resolvers.schemes.loaders import schemes_by_id
from schema.accounts.types import Account
from schema.event_kinds import EventKind
from schema.fields import batched, computed, leaf, renamed
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.scalars import EventCursor
from schema.schemes.change_types import FieldChange
from schema.schemes.enums import WizardStepKind


@node_type(ActivityRow, "Something that somebody did to a scheme.")
class SchemeActivity(Node):
    id: strawberry.ID = node_id(NodeKind.SCHEME_ACTIVITY)
    kind: EventKind = leaf("What was done.")
    message: str = leaf("What was done, as a sentence, with the names of that time.")
    actor: Account = batched(accounts_by_id, key="actor_id", description="Who did it.")
    at: datetime = leaf("When it was done.")
    step: WizardStepKind | None = renamed("section", "The step that was saved; null for everything else.")
    version: int | None = leaf("The version of the step that this save made; null for everything else.")
    changes: list[FieldChange] = computed(
        lambda row: msgspec.json.decode(row.changes_json, type=list[FieldDifference]),
        "The fields that the save changed, in whatever step, or the revision that took effect or was moved.",
    )
    scheme: Annotated["Scheme", strawberry.lazy("schema.schemes.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        schemes_by_id, key="scheme_id", description="The scheme as it is now."
    )


@strawberry.type(description="Something happened to a scheme.")
class SchemeActivityEvent:
    cursor: EventCursor = leaf("The place of the event; pass it as `after` to resume behind it.")
    activity: SchemeActivity = batched(activities_by_id, key="object_id", description="What happened.")
