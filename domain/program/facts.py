"""The settings of the program, and their changes."""

from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict

# The one program of a deployment.
PROGRAM_ID: Final = UUID(int=1)
# The value of the setting “logo” before there is one; others are the names of files.
NO_LOGO: Final = "none"


class ProgramSettings(Struct, frozen=True):
    """What administrators set: an IANA time zone, an ISO 4217 currency, and a BCP 47 locale.

    The GS1 company prefix is None until it is set; codes of packs begin with it. Adjustments of more points than the
    threshold need a second person.
    """

    name: str
    time_zone: str
    currency: str
    locale: str
    authors_may_approve: bool
    gs1_company_prefix: str | None
    approval_threshold_points: int


class SettingChange(Struct, frozen=True):
    """One changed setting, by its name in `ProgramSettings`, with both values as text."""

    setting: str
    before: str
    after: str


def setting_changes(before: ProgramSettings, after: ProgramSettings) -> tuple[SettingChange, ...]:
    """The settings that differ, in the order of `ProgramSettings`."""
    return tuple(
        SettingChange(name, _write(old), _write(new))
        for (name, old), new in zip(asdict(before).items(), asdict(after).values(), strict=True)
        if old != new
    )


def _write(value: object) -> str:
    """A setting as text; one that is not set is empty."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
