"""The activity of schemes: types, queries, mutations and the subscription."""

from datetime import datetime
from typing import Annotated

import msgspec
import strawberry

from db.schemes.rows import ActivityRow
from domain.events import EventKind
from domain.node_kinds import NodeKind
from domain.permissions import Permission
from domain.schemes.content import FieldDifference
from resolvers.accounts.loaders import accounts_by_id
from resolvers.outbox.feeds import Feed, FeedPage, read_feed
from resolvers.schemes.activity_feed import follow_activity
from resolvers.schemes.activity_loaders import activities_by_id
from resolvers.schemes.loaders import schemes_by_id
from schema.accounts.types import Account
from schema.feeds import EventConnection, ReadAfterArgument, ResumeArgument
from schema.fields import AppInfo, batched, computed, leaf, renamed
from schema.ids import argument_id, node_id
from schema.nodes import Node, node_type
from schema.paging import FirstArgument
from schema.roots import query, subscription
from schema.scalars import EventCursor
from schema.schemes.enums import WizardStepKind
from schema.schemes.errors import FieldChange, field_changes

SchemeIdArgument = Annotated[strawberry.ID, strawberry.argument(description="The scheme.")]


@node_type(ActivityRow, "Something that somebody did to a scheme.")
class SchemeActivity(Node):
    """An entry of a scheme's activity."""

    id: strawberry.ID = node_id(NodeKind.SCHEME_ACTIVITY)
    kind: EventKind = leaf("What was done.")
    message: str = leaf("What was done, as a sentence, with the names of that time.")
    actor: Account = batched(accounts_by_id, key="actor_id", description="Who did it.")
    at: datetime = leaf("When it was done.")
    step: WizardStepKind | None = renamed("section", "The step that was saved; null for everything else.")
    version: int | None = leaf("The version of the step that this save made; null for everything else.")
    changes: list[FieldChange] = computed(
        lambda row: field_changes(msgspec.json.decode(row.changes_json, type=list[FieldDifference])),
        "The fields that the save changed, in whatever step, or the revision that took effect or was moved.",
    )
    scheme: Annotated["Scheme", strawberry.lazy("schema.schemes.types")] = batched(  # type: ignore[name-defined] # noqa: F821 - each knows the other
        schemes_by_id, key="scheme_id", description="The scheme as it is now."
    )


@strawberry.type(description="Something happened to a scheme.")
class SchemeActivityEvent:
    """An event of the stream."""

    cursor: EventCursor = leaf("The place of the event; pass it as `after` to resume behind it.")
    activity: SchemeActivity = batched(activities_by_id, key="object_id", description="What happened.")


@strawberry.type
class SchemeActivityQueries:
    """The stream, for clients that poll."""

    @query(
        requires=Permission.SCHEME_FOLLOW,
        returns=EventConnection[SchemeActivity],
        description="What happened to a scheme lately, oldest first: the stream of the subscription, for polling.",
    )
    async def scheme_activity(
        self,
        info: AppInfo,
        scheme_id: SchemeIdArgument,
        after: ReadAfterArgument = None,
        first: FirstArgument = None,
    ) -> FeedPage:
        """A page of the stream."""
        key = argument_id(NodeKind.SCHEME, scheme_id, "schemeId")
        return await read_feed(info.context, await follow_activity(info.context, key, after), first, activities_by_id)


@strawberry.type
class SchemeActivitySubscriptions:
    """The stream, live."""

    @subscription(
        requires=Permission.SCHEME_FOLLOW,
        returns=SchemeActivityEvent,
        description="What happens to a scheme: every save, participant, submission and decision.",
    )
    async def scheme_activity(self, info: AppInfo, scheme_id: SchemeIdArgument, after: ResumeArgument = None) -> Feed:
        """The stream of one scheme."""
        return await follow_activity(info.context, argument_id(NodeKind.SCHEME, scheme_id, "schemeId"), after)
