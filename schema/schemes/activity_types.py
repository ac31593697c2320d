"""Types of the activity of schemes."""

from datetime import datetime
from typing import Annotated

import strawberry

from db.schemes.rows import ActivityRow
from domain.node_kinds import NodeKind
from resolvers.accounts.loaders import accounts_by_id
from resolvers.schemes.activity_loaders import activities_by_id, activity_messages
from resolvers.schemes.loaders import schemes_by_id
from schema.accounts.types import Account
from schema.event_kinds import EventKind
from schema.fields import batched, leaf, renamed
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.scalars import EventCursor
from schema.schemes.change_types import FieldChange
from schema.schemes.enums import WizardStepKind


@node_type(ActivityRow, "An action on a scheme.")
class SchemeActivity(Node):
    id: strawberry.ID = node_id(NodeKind.SCHEME_ACTIVITY)
    kind: EventKind = leaf("The kind of action.")
    message: str = batched(
        activity_messages,
        key="stored",
        description="The action as a sentence: accounts with their present names, everything else with its name at "
        "the time.",
    )
    actor: Account = batched(accounts_by_id, key="actor_id", description="The account that acted.")
    at: datetime = leaf("When the action happened.")
    step: WizardStepKind | None = renamed("section", "The step that was saved. Null for other actions.")
    version: int | None = leaf("The version of the step that this save created. Null for other actions.")
    changes: list[FieldChange] = renamed(
        "stored.changes",
        "The fields that the action changed: by a save of any step, by a revision that took effect, or by "
        "moving a revision.",
    )
    scheme: Annotated["Scheme", strawberry.lazy("schema.schemes.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        schemes_by_id, key="scheme_id", description="The current scheme."
    )


@strawberry.type(description="An action on a scheme happened.")
class SchemeActivityEvent:
    cursor: EventCursor = leaf("The position of the event. Pass it as `after` to resume after it.")
    activity: SchemeActivity = batched(activities_by_id, key="object_id", description="The action.")
