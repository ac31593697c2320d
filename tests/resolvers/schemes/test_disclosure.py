"""What vendors may read of a scheme."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from db.schemes.rows import SchemeRow
from domain.permissions import Role
from domain.viewers import Viewer
from resolvers.schemes.disclosure import disclose_schemes

NOTHING: dict[str, Any] = dict.fromkeys(SchemeRow.__struct_fields__)
PAYMENT: dict[str, Any] = {
    "point_amount": Decimal("0.5"),
    "point_currency": "INR",
    "minimum_payout": 5,
    "points_expire_after_days": 9,
}
ROW = SchemeRow(**{**NOTHING, **PAYMENT, "title": "Monsoon Care", "materials_json": "[]", "grace_days": 3})


def viewer(role: Role) -> Viewer:
    vendor_id = UUID(int=2) if role is Role.VENDOR else None
    return Viewer(UUID(int=1), "Asha", email=None, roles=frozenset({role}), vendor_id=vendor_id)


def test_a_vendor_reads_nothing_of_what_ecps_are_paid() -> None:
    """The grace period it may know: codes that it downloads say until when they pay."""
    assert disclose_schemes(viewer(Role.VENDOR), [ROW]) == [replace(ROW, **dict.fromkeys(PAYMENT))]
    assert disclose_schemes(viewer(Role.ECP), [ROW]) == [ROW]
