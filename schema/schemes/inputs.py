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

SCHEME_ID = "The scheme."


@strawberry.input(name="SchemeFilter", description="Which schemes to list; everything given must hold together.")
class SchemeFilterInput:
    search: str | None = optional("Words of code or title, or their beginnings.")
    queue: WorkQueueKey | None = optional("Only the schemes of this work queue, which must be one of the viewer's.")
    stages: list[StageKind] | None = optional("Only schemes whose current stage is one of these.")
    statuses: list[SchemeStatus] | None = optional("Only schemes whose current status is one of these.")
    channels: list[EarningChannel] | None = optional("Only schemes with one of these channels.")
    geography_ids: list[strawberry.ID] | None = optional(
        "Only schemes that run in one of these geographies, or in something beneath or above it."
    )
    variant_ids: list[strawberry.ID] | None = optional("Only schemes with one of these variants.")
    created_by_me: bool | None = optional("Only schemes that the viewer created.")
    active_on: date | None = optional("Only approved schemes in which ECPs earn on this day.")

    def to_filter(self) -> SchemeFilter:
        """The filter as resolvers know it. Raises BadArgument for ids that make no sense."""
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


@strawberry.input(description="Submit a scheme for approval as it was reviewed.")
class SubmitSchemeInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    content_hash: str = leaf("The hash that the review showed.")
    acknowledge_warnings: bool | None = optional("Whether the warnings of the review are known and accepted.")

    def to_command(self) -> SubmitScheme:
        """The command. Raises InvalidInput for an id that makes no sense."""
        return SubmitScheme(
            input_id(NodeKind.SCHEME, self.scheme_id, "schemeId"), self.content_hash, bool(self.acknowledge_warnings)
        )


@strawberry.input(description="Approve a scheme as it was reviewed.")
class ApproveSchemeInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    content_hash: str = leaf("The hash that the review showed.")
    comment: str | None = optional("A comment; up to 1,000 characters.")
    effective_at: datetime | None = optional(
        "The time of a revision as it was reviewed; with another one it is refused."
    )

    def to_command(self) -> ApproveScheme:
        """The command. Raises InvalidInput for an id that makes no sense."""
        return ApproveScheme(
            scheme_id=input_id(NodeKind.SCHEME, self.scheme_id, "schemeId"),
            content_hash=self.content_hash,
            comment=self.comment,
            effective_at=self.effective_at,
        )


@strawberry.input(description="Give a submitted scheme back to its managers.")
class RequestSchemeChangesInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    reason: str = leaf("What should change; 3 to 1,000 characters.")

    def to_command(self) -> DeclineScheme:
        """The command. Raises InvalidInput for an id that makes no sense."""
        return DeclineScheme(input_id(NodeKind.SCHEME, self.scheme_id, "schemeId"), self.reason)


@strawberry.input(description="Reject a submitted scheme for good.")
class RejectSchemeInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    reason: str = leaf("Why; 3 to 1,000 characters.")

    def to_command(self) -> DeclineScheme:
        """The command. Raises InvalidInput for an id that makes no sense."""
        return DeclineScheme(input_id(NodeKind.SCHEME, self.scheme_id, "schemeId"), self.reason)


@strawberry.input(description="Somebody who shall take part in a scheme, or shall no longer.")
class SchemeParticipantInput:
    scheme_id: strawberry.ID = leaf(SCHEME_ID)
    account_id: strawberry.ID = leaf("Who.")

    def to_command(self) -> Participation:
        """The command. Raises InvalidInput for ids that make no sense."""
        with InputIds() as ids:
            scheme_id = ids.one(NodeKind.SCHEME, self.scheme_id, "schemeId")
            account_id = ids.one(NodeKind.ACCOUNT, self.account_id, "accountId")
        return Participation(scheme_id, account_id)


@strawberry.input(description="Open the next revision of an approved scheme.")
class ReviseSchemeInput:
    scheme_id: strawberry.ID = leaf("The approved scheme.")
    effective_at: datetime = leaf(
        "When the revision shall take effect: in the future, before the scheme is over, and not together with another."
    )

    def to_command(self) -> ReviseScheme:
        """The command. Raises InvalidInput for an id that makes no sense."""
        return ReviseScheme(input_id(NodeKind.SCHEME, self.scheme_id, "schemeId"), self.effective_at)


@strawberry.input(description="Move a revision that is not decided yet to another time.")
class RescheduleSchemeRevisionInput:
    scheme_id: strawberry.ID = leaf("The revision.")
    effective_at: datetime = leaf("When it shall take effect instead; what was submitted before has to be again.")

    def to_command(self) -> ReviseScheme:
        """The command. Raises InvalidInput for an id that makes no sense."""
        return ReviseScheme(input_id(NodeKind.SCHEME, self.scheme_id, "schemeId"), self.effective_at)
