"""The settings of the program, and their changes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict

# The one program of a deployment.
PROGRAM_ID: Final = UUID(int=1)
# The value of the setting “logo” before there is one; others are the names of files.
NO_LOGO: Final = "none"
_FLAGS: Final[Mapping[object, str]] = MappingProxyType({True: "yes", False: "no"})


class ProgramSettings(Struct, frozen=True):
    """What administrators set: an IANA time zone, an ISO 4217 currency, and a BCP 47 locale."""

    name: str
    time_zone: str
    currency: str
    locale: str
    authors_may_approve: bool


class SettingChange(Struct, frozen=True):
    """One changed setting, by its name in `ProgramSettings`, with both values as text."""

    setting: str
    before: str
    after: str


def setting_changes(before: ProgramSettings, after: ProgramSettings) -> tuple[SettingChange, ...]:
    """The settings that differ, in the order of `ProgramSettings`."""
    return tuple(
        SettingChange(name, _FLAGS.get(old, str(old)), _FLAGS.get(new, str(new)))
        for (name, old), new in zip(asdict(before).items(), asdict(after).values(), strict=True)
        if old != new
    )
