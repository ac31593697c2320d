"""Sentences about changes to the program."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from domain.program.facts import NO_LOGO, SettingChange
from domain.text import join_words, quote

_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": "the name",
        "time_zone": "the time zone",
        "currency": "the currency",
        "locale": "the locale",
        "authors_may_approve": "whether authors may approve",
        "logo": "the logo",
        "gs1_company_prefix": "the GS1 company prefix",
        "approval_threshold_points": "the threshold of adjustments",
    }
)
_QUOTED: Final = ("name", "logo")


def program_updated(actor: str, changes: Sequence[SettingChange]) -> str:
    """For the activity of the program."""
    changed = [
        f"{_LABELS[change.setting]} from {_value(change, change.before)} to {_value(change, change.after)}"
        for change in changes
    ]
    return f"{actor} changed {join_words(changed, 'and')}."


def _value(change: SettingChange, text: str) -> str:
    return quote(text) if change.setting in _QUOTED and text != NO_LOGO else text or "none"
