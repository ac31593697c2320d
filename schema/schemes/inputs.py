"""Inputs of lists of schemes, of submissions and decisions, and of revisions."""

from datetime import date, datetime

import strawberry

from domain.node_kinds import NodeKind
from resolvers.schemes.approve_scheme import ApproveScheme
from resolvers.schemes.decline_scheme import DeclineScheme
from resolvers.schemes.lists import SchemeFilter
from resolvers.schemes.participants import Participation
from resolvers.schemes.revision_time import ReviseScheme
from resolvers.schemes.submit_scheme import SubmitScheme
from schema.fields import leaf, optional
from schema.ids import InputIds, argument_ids, input_id
from schema.queue_keys import WorkQueueKey
from schema.rules.enums import EarningChannel
from schema.schemes.enums import SchemeStatus, StageKind

SCHEME_ID = "The ID of the scheme."


@strawberry.input(name="SchemeFilter", description="A filter of schemes. All given conditions must hold.")
class SchemeFilterInput:
    search: str | None = optional("Words of the code or title, or their beginnings. Case and accents do not matter.")
    queue: WorkQueueKey | None = optional(
        "Return only the schemes in this work queue, which must belong to one of the viewer's roles."
    )
    stages: list[StageKind] | None = optional("Return only schemes whose current stage is one of these.")
    statuses: list[SchemeStatus] | None = optional("Return only schemes whose current status is one of these.")
    channels: list[EarningChannel] | None = optional("Return only schemes with one of these channels.")
    geography_ids: list[strawberry.ID] | None = optional(
        "Return only schemes that run in one of these geographies, in a part of it, or in a geography that contains it."
    )
    variant_ids: list[strawberry.ID] | None = optional("Return only schemes with one of these variants.")
    created_by_me: bool | None = optional("Whether to return only schemes that the viewer created.")
    active_on: date | None = optional("Return only approved schemes in which ECPs earn on this day.")

    def to_filter(self) -> SchemeFilter:
        """Convert the filter. Raises BadArgument for malformed IDs."""
        return SchemeFilter(
            search=self.search,
            queue=self.queue,
            stages=self.stages,
            statuses=self.statuses,
            channels=self.channels,
            geography_ids=argument_ids(NodeKind.GEOGRAPHY, self.geography_ids, "geographyIds"),
            variant_ids=argument_ids(NodeKind.VARIANT, self.variant_ids, "variantIds"),
            created_by_me=bool(self.created_by_me),
            active_on=self.active_on,
        )


@strawberry.input(description="A reviewed scheme to submit for approval.")
class SubmitSchemeInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    content_hash: str = leaf("The `contentHash` of the review.")
    acknowledge_warnings: bool | None = optional("Whether the submitter accepts the warnings of the review.")

    def to_command(self) -> SubmitScheme:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return SubmitScheme(
            input_id(NodeKind.SCHEME, self.scheme_id, "schemeId"), self.content_hash, bool(self.acknowledge_warnings)
        )


@strawberry.input(description="A reviewed scheme to approve.")
class ApproveSchemeInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    content_hash: str = leaf("The `contentHash` of the review.")
    comment: str | None = optional("The comment; up to 1,000 characters.")
    effective_at: datetime | None = optional(
        "The time at which the revision takes effect, as reviewed. The approval fails if it has changed."
    )

    def to_command(self) -> ApproveScheme:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return ApproveScheme(
            scheme_id=input_id(NodeKind.SCHEME, self.scheme_id, "schemeId"),
            content_hash=self.content_hash,
            comment=self.comment,
            effective_at=self.effective_at,
        )


@strawberry.input(description="A submitted scheme to return to its managers.")
class RequestSchemeChangesInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    reason: str = leaf("The changes to make; 3 to 1,000 characters.")

    def to_command(self) -> DeclineScheme:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return DeclineScheme(input_id(NodeKind.SCHEME, self.scheme_id, "schemeId"), self.reason)


@strawberry.input(description="A submitted scheme to reject permanently.")
class RejectSchemeInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    reason: str = leaf("The reason; 3 to 1,000 characters.")

    def to_command(self) -> DeclineScheme:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return DeclineScheme(input_id(NodeKind.SCHEME, self.scheme_id, "schemeId"), self.reason)


@strawberry.input(description="A participant to add to a scheme, or to remove from it.")
class SchemeParticipantInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    account_id: strawberry.ID = leaf("The ID of the account.")

    def to_command(self) -> Participation:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
            account_id = ids.one(NodeKind.ACCOUNT, self.account_id, "accountId")
        return Participation(scheme_id, account_id)


@strawberry.input(description="An approved scheme to revise.")
class ReviseSchemeInput:
    scheme_id: strawberry.ID = leaf("The ID of the approved scheme.")
    effective_at: datetime = leaf(
        "When the revision takes effect: in the future, before the scheme ends, and not at the time of "
        "another revision."
    )

    def to_command(self) -> ReviseScheme:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return ReviseScheme(input_id(NodeKind.SCHEME, self.scheme_id, "schemeId"), self.effective_at)


@strawberry.input(description="An undecided revision, and the new time at which it takes effect.")
class RescheduleSchemeRevisionInput:
    scheme_id: strawberry.ID = leaf("The ID of the revision.")
    effective_at: datetime = leaf("The new time. A revision that was already submitted must be submitted again.")

    def to_command(self) -> ReviseScheme:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return ReviseScheme(input_id(NodeKind.SCHEME, self.scheme_id, "schemeId"), self.effective_at)
