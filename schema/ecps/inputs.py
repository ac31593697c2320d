"""Inputs of ECPs."""

from datetime import date

import strawberry

from domain.ecps.activities import ACTIVITIES_LIMIT, Activity
from domain.ecps.inputs import EcpDetails
from domain.node_kinds import NodeKind
from resolvers.ecps.commands import EcpWithReason
from resolvers.ecps.lists import EcpFilter
from resolvers.ecps.record_activities import RecordActivities
from resolvers.ecps.register_ecp import RegisterEcp
from resolvers.ecps.update_ecp import UpdateEcp
from resolvers.ecps.verify_ecp import VerifyEcp
from schema.ecps.enums import EcpStatus
from schema.fields import leaf, optional
from schema.ids import InputIds, argument_id, argument_ids, input_id
from schema.scalars import ReportedDateTime

ECP_ID = "The ID of the ECP."
PHONE = "The telephone number: 5 to 32 digits, spaces and `+ - ( )`."


@strawberry.input(name="EcpFilter", description="A filter of ECPs. All given conditions must hold.")
class EcpFilterInput:
    search: str | None = optional(
        "Words of the code, name or practice, or their beginnings. Case and accents do not matter. Viewers who may "
        "see e-mail addresses can search for a complete address."
    )
    geography_ids: list[strawberry.ID] | None = optional(
        "Return only ECPs in one of these geographies, including everything beneath them."
    )
    tier_ids: list[strawberry.ID] | None = optional("Return only ECPs with one of these tiers.")
    statuses: list[EcpStatus] | None = optional("Return only ECPs with one of these statuses.")
    enrolled_in: strawberry.ID | None = optional("Return only ECPs who are currently enrolled in this scheme.")
    registered_from: date | None = optional("Return only ECPs who registered on or after this day.")
    registered_to: date | None = optional("Return only ECPs who registered on or before this day.")

    def to_filter(self) -> EcpFilter:
        """Convert the filter. Raises BadArgument for malformed IDs."""
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


@strawberry.input(description="The data of a new ECP.")
class RegisterEcpInput:
    display_name: str = leaf("The display name; 1 to 120 characters.")
    practice: str | None = optional("The workshop, shop or practice; up to 120 characters.")
    geography_id: strawberry.ID = leaf(
        "The ID of the geography where the ECP works, preferably a city; a region or country is accepted."
    )
    email: str = leaf("The e-mail address; up to 254 characters. No other ECP may have it.")
    phone: str | None = optional(PHONE)
    license_number: str | None = optional("The number of the professional license; up to 60 characters.")

    def to_command(self) -> RegisterEcp:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        geography_id = input_id(NodeKind.GEOGRAPHY, self.geography_id, "geographyId")
        details = EcpDetails(
            display_name=self.display_name,
            practice=self.practice,
            email=self.email,
            phone=self.phone,
            license_number=self.license_number,
        )
        return RegisterEcp(details, geography_id)


@strawberry.input(description="An ECP to verify, and the tier to assign.")
class VerifyEcpInput:
    ecp_id: strawberry.ID = leaf(ECP_ID)
    tier_id: strawberry.ID = leaf("The ID of the tier to assign.")

    def to_command(self) -> VerifyEcp:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            ecp_id = ids.one(NodeKind.ECP, self.ecp_id, "ecpId")
            tier_id = ids.one(NodeKind.TIER, self.tier_id, "tierId")
        return VerifyEcp(ecp_id, tier_id)


@strawberry.input(description="An ECP to suspend.")
class SuspendEcpInput:
    ecp_id: strawberry.ID = leaf(ECP_ID)
    reason: str = leaf("The reason, which the ECP can read; 3 to 1,000 characters.")

    def to_command(self) -> EcpWithReason:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return EcpWithReason(input_id(NodeKind.ECP, self.ecp_id, "ecpId"), self.reason)


@strawberry.input(description="An ECP to unlock.")
class UnlockEcpInput:
    ecp_id: strawberry.ID = leaf(ECP_ID)
    reason: str = leaf("The reason, which the ECP can read; 3 to 1,000 characters.")

    def to_command(self) -> EcpWithReason:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return EcpWithReason(input_id(NodeKind.ECP, self.ecp_id, "ecpId"), self.reason)


@strawberry.input(
    description="Corrections to an ECP. Omitted fields stay as they are. An empty text removes the value."
)
class UpdateEcpInput:
    ecp_id: strawberry.ID = leaf(ECP_ID)
    display_name: str | None = optional("The display name; 1 to 120 characters.")
    practice: str | None = optional("The workshop, shop or practice; up to 120 characters.")
    geography_id: strawberry.ID | None = optional("The ID of the geography where the ECP works.")
    email: str | None = optional("The e-mail address; up to 254 characters. No other ECP may have it.")
    phone: str | None = optional(PHONE)
    license_number: str | None = optional("The number of the professional license; up to 60 characters.")

    def to_command(self) -> UpdateEcp:
        """Convert the input. Raises InvalidInput for malformed IDs."""
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


@strawberry.input(description="An ECP whose personal data to erase permanently.")
class EraseEcpInput:
    ecp_id: strawberry.ID = leaf(ECP_ID)
    reason: str = leaf("The reason; 3 to 1,000 characters. It is kept, so it must not name the person.")

    def to_command(self) -> EcpWithReason:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return EcpWithReason(input_id(NodeKind.ECP, self.ecp_id, "ecpId"), self.reason)


@strawberry.input(description="An activity of an ECP.")
class ActivityInput:
    external_id: str = leaf(
        "The ID of the activity in the reporting system, unique within the source; 1 to 120 characters."
    )
    ecp_code: str = leaf("The code of the ECP.")
    kind: str = leaf(
        "The kind of activity, such as `TRAINING_COMPLETED`: 2 to 60 capital letters, digits and "
        "underscores. Bonus rules refer to it."
    )
    occurred_at: ReportedDateTime = leaf("When the activity happened; not in the future.")


@strawberry.input(description="A report of activities from a connected system.")
class RecordActivitiesInput:
    source: str = leaf("The name of the reporting system, the same in every report; 1 to 60 characters.")
    activities: list[ActivityInput] = leaf(f"The activities, 1 to {ACTIVITIES_LIMIT:,}.")

    def to_command(self) -> RecordActivities:
        """Convert the input."""
        activities = [
            Activity(
                external_id=item.external_id, ecp_code=item.ecp_code, kind=item.kind, occurred_at=item.occurred_at.at
            )
            for item in self.activities
        ]
        return RecordActivities(self.source, activities)
