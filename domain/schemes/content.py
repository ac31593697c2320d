"""The content of a scheme, which people define, review and approve: its canonical form, hash, and differences."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, Self
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.channels import EarningChannel
from domain.money import Money
from domain.rules.model import BonusRule
from domain.schemes.stages import WizardStepKind


class Material(Struct, frozen=True, omit_defaults=True):
    """Marketing material for ECPs: the address of a page or file elsewhere, or a stored file.

    What is None is left out of the canonical form, so that hashes from before there were stored files stay valid.
    """

    title: str
    url: str | None = None
    file_id: UUID | None = None

    @property
    def place(self) -> str | UUID | None:
        """The address, or the id of the file."""
        return self.url if self.file_id is None else self.file_id


class Basics(Struct, frozen=True):
    """The first step of the wizard: title, channels, dates, terms, budget, materials and terms of payment (R7).

    `point_value` is what a point is worth when it is paid, and `minimum_payout` the points that an ECP must have for a
    payout. Without `grace_days`, those of `domain.schemes.coupon_period` hold.
    """

    title: str
    channels: tuple[EarningChannel, ...]
    description: str | None = None
    enrollment_opens_on: date | None = None
    enrollment_closes_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    terms_markdown: str | None = None
    budget: int | None = None
    materials: tuple[Material, ...] = ()
    point_value: Money | None = None
    minimum_payout: int | None = None
    points_expire_after_days: int | None = None
    grace_days: int | None = None

    @classmethod
    def read(cls, source: object, **converted: Any) -> Self:
        """The basics from an object with attributes of the same names; `converted` has those that differ there."""
        names = [name for name in cls.__struct_fields__ if name not in converted]
        return cls(**{name: getattr(source, name) for name in names}, **converted)


# The names of the basics in the GraphQL schema, by their names here.
BASICS_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        name: "earningChannels" if name == "channels" else re.sub(r"_(\w)", lambda match: match[1].upper(), name)
        for name in Basics.__struct_fields__
    }
)


class CouponValue(Struct, frozen=True):
    """The base points of one variant, per coupon or unit sold, and the number of coupons planned for it."""

    variant_id: UUID
    base_points: int
    planned_quantity: int


class SchemeContent(Struct, frozen=True):
    """The five sections of a scheme. Variants and geographies are sets, kept sorted; rules keep their order."""

    basics: Basics
    variant_ids: tuple[UUID, ...] = ()
    geography_ids: tuple[UUID, ...] = ()
    coupon_values: tuple[CouponValue, ...] = ()
    rules: tuple[BonusRule, ...] = ()

    @property
    def coupon_quantity(self) -> int:
        """The number of coupons planned over all variants; 0 without the COUPON channel."""
        return sum(value.planned_quantity for value in self._coupons)

    @property
    def base_liability(self) -> int:
        """The base points owed if every planned coupon is redeemed: the sum of base points times planned quantity."""
        return sum(value.base_points * value.planned_quantity for value in self._coupons)

    @property
    def _coupons(self) -> tuple[CouponValue, ...]:
        return self.coupon_values if EarningChannel.COUPON in self.basics.channels else ()


class FieldDifference(Struct, frozen=True):
    """One changed field, named as in the GraphQL schema, with its JSON values before and after."""

    field: str
    before: Any
    after: Any


def canonical_json(content: SchemeContent) -> bytes:
    """Encode the content as JSON with sorted sets and keys, so that equal content gives equal bytes."""
    plain = msgspec.to_builtins(canonical(content), order="deterministic")
    # A scheme without them keeps the hash that it had before they existed.
    for name in _LATER_FIELDS:
        if plain["basics"][name] is None:
            del plain["basics"][name]
    return msgspec.json.encode(plain)


def canonical(content: SchemeContent) -> SchemeContent:
    """Sort everything in the content whose order has no meaning."""
    return SchemeContent(
        basics=msgspec.structs.replace(content.basics, channels=tuple(sorted(content.basics.channels))),
        variant_ids=tuple(sorted(content.variant_ids)),
        geography_ids=tuple(sorted(content.geography_ids)),
        coupon_values=tuple(sorted(content.coupon_values, key=lambda value: value.variant_id)),
        rules=content.rules,
    )


def content_hash(content: SchemeContent) -> str:
    """Hash the canonical JSON to `sha256:` and 64 hexadecimal digits; equal hashes mean equal content."""
    return f"sha256:{hashlib.sha256(canonical_json(content)).hexdigest()}"


def differences(before: SchemeContent, after: SchemeContent) -> tuple[FieldDifference, ...]:
    """The fields that differ between two contents, in wizard order; none when the hashes are equal."""
    return tuple(
        FieldDifference(field, old, new)
        for kind in WizardStepKind
        for (field, old), (_, new) in zip(section_fields(before, kind), section_fields(after, kind), strict=True)
        if old != new
    )


def time_difference(before: datetime | None, after: datetime | None) -> FieldDifference:
    """The difference in the time at which a revision takes effect, which is not part of its content."""
    return FieldDifference("effectiveAt", msgspec.to_builtins(before), msgspec.to_builtins(after))


def section_fields(content: SchemeContent, kind: WizardStepKind) -> tuple[tuple[str, Any], ...]:
    """The fields of one section as (GraphQL name, JSON value) pairs, always with the same names in the same order."""
    content = canonical(content)
    if kind is WizardStepKind.BASICS:
        plain = msgspec.to_builtins(content.basics)
        return tuple((BASICS_NAMES[name], plain[name]) for name in content.basics.__struct_fields__)
    name, value = {
        WizardStepKind.PRODUCTS: ("variantIds", content.variant_ids),
        WizardStepKind.GEOGRAPHIES: ("geographyIds", content.geography_ids),
        WizardStepKind.COUPON_VALUES: ("values", content.coupon_values),
        WizardStepKind.BONUS_RULES: ("rules", content.rules),
    }[kind]
    return ((name, msgspec.to_builtins(value)),)


def field_label(field: str) -> str:
    """The label of a field within a sentence: “coupon values”, “enrollment opens on”."""
    return _LABELS.get(field) or re.sub(r"([A-Z])", lambda match: f" {match[1].lower()}", field)


_LATER_FIELDS: Final = ("point_value", "minimum_payout", "points_expire_after_days", "grace_days")
_LABELS = {
    "termsMarkdown": "terms",
    "variantIds": "products",
    "geographyIds": "geographies",
    "values": "coupon values",
    "rules": "bonus rules",
    "effectiveAt": "time of taking effect",
    "pointValue": "value of a point",
    "pointsExpireAfterDays": "expiry of points",
    "graceDays": "grace period",
}
