"""Inputs of the program."""

import strawberry

from domain.node_kinds import NodeKind
from resolvers.program.update_program import UpdateProgram
from schema.fields import optional
from schema.ids import InputIds
from schema.scalars import SafeInt


@strawberry.input(description="Settings of the program to change. An omitted or null setting stays as it is.")
class UpdateProgramInput:
    name: str | None = optional("The name of the program; 1 to 120 characters.")
    time_zone: str | None = optional(
        "The time zone, a name of the IANA database such as `Asia/Kolkata`. It moves the days of all schemes, and "
        "cannot change once points are posted."
    )
    currency: str | None = optional("The currency, a code of ISO 4217 such as `INR`.")
    locale: str | None = optional("The language and country, a language tag of BCP 47 such as `en-IN`.")
    authors_may_approve: bool | None = optional("Whether people may approve a scheme that they helped to define.")
    gs1_company_prefix: str | None = optional(
        "The GS1 company prefix, 4 to 12 digits. The SSCCs that the server makes for packs begin with it, behind their "
        "first digit."
    )
    approval_threshold_points: SafeInt | None = optional(
        "Adjustments of more points than this wait for a second person. With 0, all of them do."
    )
    logo_upload_id: strawberry.ID | None = optional("The ID of an upload for the logo.")

    def to_command(self) -> UpdateProgram:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        with InputIds() as ids:
            logo_upload_id = ids.maybe(NodeKind.UPLOAD, self.logo_upload_id, "logoUploadId")
        return UpdateProgram(
            name=self.name,
            time_zone=self.time_zone,
            currency=self.currency,
            locale=self.locale,
            authors_may_approve=self.authors_may_approve,
            logo_upload_id=logo_upload_id,
            gs1_company_prefix=self.gs1_company_prefix,
            approval_threshold_points=self.approval_threshold_points,
        )
