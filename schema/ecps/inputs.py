"""Inputs and payloads of ECPs."""

from datetime import date, datetime

import strawberry

from domain.ecps.activities import ACTIVITIES_LIMIT, Activity
from domain.ecps.inputs import EcpDetails
from domain.node_kinds import NodeKind
from resolvers.ecps.lists import EcpFilter
from resolvers.ecps.locking import EcpWithReason
from resolvers.ecps.record_activities import RecordActivities
from resolvers.ecps.register_ecp import RegisterEcp
from resolvers.ecps.update_ecp import UpdateEcp
from resolvers.ecps.verify_ecp import VerifyEcp
from schema.ecps.enums import EcpStatus
from schema.fields import leaf, optional
from schema.ids import InputIds, argument_id, argument_ids, input_id

ECP_ID = "The ECP."
PHONE = "The telephone number: 5 to 32 digits, spaces and `+ - ( )`."


@strawberry.input(name="EcpFilter", description="Which ECPs to list; everything given must hold together.")
class EcpFilterInput:
    search: str | None = optional(
        "Words of code, name or practice, or their beginnings; or a whole e-mail address, for those who see addresses."
    )
    geography_ids: list[strawberry.ID] | None = optional("Only ECPs in one of these geographies, or beneath it.")
    tier_ids: list[strawberry.ID] | None = optional("Only ECPs of one of these tiers.")
    statuses: list[EcpStatus] | None = optional("Only ECPs that stand at one of these.")
    enrolled_in: strawberry.ID | None = optional("Only ECPs that are enrolled in this scheme now.")
    registered_from: date | None = optional("Only ECPs that registered on this day or later.")
    registered_to: date | None = optional("Only ECPs that registered on this day or earlier.")

    def to_filter(self) -> EcpFilter:
        """The filter as resolvers know it. Raises BadArgument for ids that make no sense."""
        scheme = self.enrolled_in
        return EcpFilter(
            search=self.search,
            geography_ids=argument_ids(NodeKind.GEOGRAPHY, self.geography_ids, "geographyIds"),
            tier_ids=argument_ids(NodeKind.TIER, self.tier_ids, "tierIds"),
            statuses=self.statuses,
            enrolled_in=None if scheme is None else argument_id(NodeKind.SCHEME, scheme, "enrolledIn"),
            registered_from=self.registered_from,
            registered_to=self.registered_to,
        )


@strawberry.input(description="What somebody who becomes an ECP tells.")
class RegisterEcpInput:
    display_name: str = leaf("The name that people see; 1 to 120 characters.")
    practice: str | None = optional("The workshop, shop or practice; up to 120 characters.")
    geography_id: strawberry.ID = leaf("Where the ECP works: a city, or else a region or country.")
    email: str = leaf("The e-mail address, which no other ECP has; up to 254 characters.")
    phone: str | None = optional(PHONE)
    license_number: str | None = optional("The number of the professional license; up to 60 characters.")

    def to_command(self) -> RegisterEcp:
        """The command. Raises InvalidInput for an id that makes no sense."""
        geography_id = input_id(NodeKind.GEOGRAPHY, self.geography_id, "geographyId")
        details = EcpDetails(
            display_name=self.display_name,
            practice=self.practice,
            email=self.email,
            phone=self.phone,
            license_number=self.license_number,
        )
        return RegisterEcp(details, geography_id)


@strawberry.input(description="An ECP that shall be active, with a tier.")
class VerifyEcpInput:
    ecp_id: strawberry.ID = leaf(ECP_ID)
    tier_id: strawberry.ID = leaf("The tier that it gets.")

    def to_command(self) -> VerifyEcp:
        """The command. Raises InvalidInput for ids that make no sense."""
        with InputIds() as ids:
            ecp_id = ids.one(NodeKind.ECP, self.ecp_id, "ecpId")
            tier_id = ids.one(NodeKind.TIER, self.tier_id, "tierId")
        return VerifyEcp(ecp_id, tier_id)


@strawberry.input(description="An ECP that shall not enroll and earn for now.")
class SuspendEcpInput:
    ecp_id: strawberry.ID = leaf(ECP_ID)
    reason: str = leaf("Why, for the ECP to read; 3 to 1,000 characters.")

    def to_command(self) -> EcpWithReason:
        """The command. Raises InvalidInput for an id that makes no sense."""
        return EcpWithReason(input_id(NodeKind.ECP, self.ecp_id, "ecpId"), self.reason)


@strawberry.input(description="What to correct of an ECP. What is left out stays as it is; an empty text is removed.")
class UpdateEcpInput:
    ecp_id: strawberry.ID = leaf(ECP_ID)
    display_name: str | None = optional("The name that people see; 1 to 120 characters.")
    practice: str | None = optional("The workshop, shop or practice; up to 120 characters.")
    geography_id: strawberry.ID | None = optional("Where the ECP works.")
    email: str | None = optional("The e-mail address, which no other ECP has; up to 254 characters.")
    phone: str | None = optional(PHONE)
    license_number: str | None = optional("The number of the professional license; up to 60 characters.")

    def to_command(self) -> UpdateEcp:
        """The command. Raises InvalidInput for ids that make no sense."""
        with InputIds() as ids:
            ecp_id = ids.one(NodeKind.ECP, self.ecp_id, "ecpId")
            geography_id = ids.maybe(NodeKind.GEOGRAPHY, self.geography_id, "geographyId")
        return UpdateEcp(
            ecp_id=ecp_id,
            display_name=self.display_name,
            practice=self.practice,
            geography_id=geography_id,
            email=self.email,
            phone=self.phone,
            license_number=self.license_number,
        )


@strawberry.input(description="An ECP whose personal data shall be gone for good.")
class EraseEcpInput:
    ecp_id: strawberry.ID = leaf(ECP_ID)
    reason: str = leaf("Why; 3 to 1,000 characters, which are kept and must not name the person.")

    def to_command(self) -> EcpWithReason:
        """The command. Raises InvalidInput for an id that makes no sense."""
        return EcpWithReason(input_id(NodeKind.ECP, self.ecp_id, "ecpId"), self.reason)


@strawberry.input(description="Something that an ECP did.")
class ActivityInput:
    external_id: str = leaf("What the reporting system calls it, unique within the source; 1 to 120 characters.")
    ecp_code: str = leaf("The code of the ECP.")
    kind: str = leaf(
        "What it did, like `TRAINING_COMPLETED`: 2 to 60 capital letters, digits and underscores. Rules name it so."
    )
    occurred_at: datetime = leaf("When it did; not in the future.")


@strawberry.input(description="What a connected system reports.")
class RecordActivitiesInput:
    source: str = leaf("The reporting system, always by the same name; 1 to 60 characters.")
    activities: list[ActivityInput] = leaf(f"What ECPs did, 1 to {ACTIVITIES_LIMIT:,} activities.")

    def to_command(self) -> RecordActivities:
        """The command."""
        activities = [
            Activity(external_id=item.external_id, ecp_code=item.ecp_code, kind=item.kind, occurred_at=item.occurred_at)
            for item in self.activities
        ]
        return RecordActivities(self.source, activities)
