"""Types of the program."""

from datetime import date, datetime

import strawberry
from strawberry.utils.str_converters import to_camel_case

from db.program.rows import ProgramRow
from domain.node_kinds import NodeKind
from resolvers.accounts.loaders import accounts_by_id
from resolvers.files.loaders import file_urls
from resolvers.program.loaders import dates_by_program, sentences_of_changes
from schema.accounts.types import Account
from schema.fields import batched, computed, leaf
from schema.ids import node_id
from schema.nodes import Node, node_type
from schema.scalars import SafeInt


@node_type(ProgramRow, "The incentive program of this deployment, with the settings that hold for all schemes.")
class Program(Node):
    id: strawberry.ID = node_id(NodeKind.PROGRAM)
    name: str = leaf("The name of the program.")
    time_zone: str = leaf(
        "The time zone in which people read days and times, a name of the IANA database such as `Asia/Kolkata`. "
        "Every calendar day, week, month, weekday, and time of day in schemes, rules, limits, filters, and sentences "
        "is in it."
    )
    time_zone_is_fixed: bool = computed(
        lambda row: row.first_posting_at is not None,
        "Whether the time zone can no longer change, because points were posted.",
    )
    today: date = batched(dates_by_program, key="id", description="The present date in the time zone of the program.")
    currency: str = leaf("The currency of the program, a code of ISO 4217 such as `INR`.")
    locale: str = leaf("The language and country of the program, a language tag of BCP 47 such as `en-IN`.")
    authors_may_approve: bool = leaf("Whether people may approve a scheme that they helped to define.")
    gs1_company_prefix: str | None = leaf(
        "The GS1 company prefix, with which the server makes the SSCCs of packs. Null if it is not set."
    )
    approval_threshold_points: SafeInt = leaf(
        "Adjustments of more points than this, added up without signs for one person, one ECP, and 24 hours, wait for "
        "the decision of a second person."
    )
    logo_url: str | None = batched(
        file_urls,
        key="logo_id",
        description="The URL of the logo, relative to the server and signed for the viewer. Anyone who has it can "
        "use it until it expires after a few minutes. Null without a logo.",
    )
    updated_at: datetime = leaf("When a setting last changed.")


@strawberry.type(description="A changed setting of the program.")
class SettingChange:
    setting: str = computed(lambda row: to_camel_case(row.setting), "The setting, named like its field of `Program`.")
    before: str = leaf("The value before the change.")
    after: str = leaf("The value after the change.")


@strawberry.type(description="A change of the program.")
class ProgramActivity:
    message: str = batched(sentences_of_changes, key="action", description="The change as a sentence.")
    actor: Account = batched(accounts_by_id, key="actor_id", description="The account that made the change.")
    at: datetime = leaf("When the change was made.")
    changes: list[SettingChange] = computed(lambda row: list(row.changes), "The changed settings.")
