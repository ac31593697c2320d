"""The canonical content of a scheme: what people define, review, hash and approve."""

import hashlib
import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.channels import EarningChannel
from domain.rules.model import BonusRule
from domain.schemes.stages import WizardStepKind


class Material(Struct, frozen=True):
    """A piece of marketing material that ECPs are shown, by its address."""

    title: str
    url: str


class Basics(Struct, frozen=True):
    """The first step: what the scheme is, when it runs and under which terms (R7)."""

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


class CouponValue(Struct, frozen=True):
    """What one variant pays: base points per coupon or unit sold, and how many coupons are planned."""

    variant_id: UUID
    base_points: int
    planned_quantity: int


class SchemeContent(Struct, frozen=True):
    """The five sections together. Variants and geographies are sets and kept sorted; rules keep their order."""

    basics: Basics
    variant_ids: tuple[UUID, ...] = ()
    geography_ids: tuple[UUID, ...] = ()
    coupon_values: tuple[CouponValue, ...] = ()
    rules: tuple[BonusRule, ...] = ()

    @property
    def coupon_quantity(self) -> int:
        """How many coupons are planned over all variants; 0 without the COUPON channel."""
        return sum(value.planned_quantity for value in self._coupons)

    @property
    def base_liability(self) -> int:
        """Base points owed when every planned coupon is redeemed: base points times planned quantity, summed up."""
        return sum(value.base_points * value.planned_quantity for value in self._coupons)

    @property
    def _coupons(self) -> tuple[CouponValue, ...]:
        return self.coupon_values if EarningChannel.COUPON in self.basics.channels else ()


class FieldDifference(Struct, frozen=True):
    """One field that differs, in the names of the GraphQL schema, with plain JSON values before and after."""

    field: str
    before: Any
    after: Any


def canonical_json(content: SchemeContent) -> bytes:
    """The content as canonical JSON: sets sorted, keys sorted, so that equal content gives equal bytes."""
    return msgspec.json.encode(canonical(content), order="deterministic")


def canonical(content: SchemeContent) -> SchemeContent:
    """The same content with everything that has no order of its own sorted."""
    return SchemeContent(
        msgspec.structs.replace(content.basics, channels=tuple(sorted(content.basics.channels))),
        tuple(sorted(content.variant_ids)),
        tuple(sorted(content.geography_ids)),
        tuple(sorted(content.coupon_values, key=lambda value: value.variant_id)),
        content.rules,
    )


def content_hash(content: SchemeContent) -> str:
    """`sha256:` and 64 hexadecimal digits over the canonical JSON; it changes when and only when the content does."""
    return f"sha256:{hashlib.sha256(canonical_json(content)).hexdigest()}"


def differences(before: SchemeContent, after: SchemeContent) -> tuple[FieldDifference, ...]:
    """The fields that differ between two contents, in the order of the wizard; empty when the hashes are equal."""
    return tuple(
        FieldDifference(field, old, new)
        for kind in WizardStepKind
        for (field, old), (_, new) in zip(section_fields(before, kind), section_fields(after, kind), strict=True)
        if old != new
    )


def time_difference(before: datetime | None, after: datetime | None) -> FieldDifference:
    """That a revision takes effect at another time, which is no part of its content."""
    return FieldDifference("effectiveAt", msgspec.to_builtins(before), msgspec.to_builtins(after))


def section_fields(content: SchemeContent, kind: WizardStepKind) -> tuple[tuple[str, Any], ...]:
    """The fields of one section as (GraphQL name, plain JSON value) pairs, always the same names in the same order."""
    content = canonical(content)
    if kind is WizardStepKind.BASICS:
        plain = msgspec.to_builtins(content.basics)
        return tuple((_BASICS_NAMES[name], plain[name]) for name in content.basics.__struct_fields__)
    name, value = {
        WizardStepKind.PRODUCTS: ("variantIds", content.variant_ids),
        WizardStepKind.GEOGRAPHIES: ("geographyIds", content.geography_ids),
        WizardStepKind.COUPON_VALUES: ("values", content.coupon_values),
        WizardStepKind.BONUS_RULES: ("rules", content.rules),
    }[kind]
    return ((name, msgspec.to_builtins(value)),)


def field_label(field: str) -> str:
    """A field of the schema as people say it: "coupon values", "enrollment opens on"."""
    return _LABELS.get(field) or re.sub(r"([A-Z])", lambda match: f" {match[1].lower()}", field)


_LABELS = {
    "termsMarkdown": "terms",
    "variantIds": "products",
    "geographyIds": "geographies",
    "values": "coupon values",
    "rules": "bonus rules",
    "effectiveAt": "time of taking effect",
}
_BASICS_NAMES = {
    "title": "title",
    "channels": "earningChannels",
    "description": "description",
    "enrollment_opens_on": "enrollmentOpensOn",
    "enrollment_closes_on": "enrollmentClosesOn",
    "starts_on": "startsOn",
    "ends_on": "endsOn",
    "terms_markdown": "termsMarkdown",
    "budget": "budget",
    "materials": "materials",
}
