"""Identifiers of coupons, packs, and classes: GS1 keys, and our own URIs."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.epcis.check_digits import check_digit, has_check_digit
from domain.epcis.identifiers import CouponClass, CouponEpc, EpcFormat, Identifiers
from domain.spans import LAST_SERIAL

_SCHEME, _VARIANT = UUID(int=1), UUID(int=2)
OURS = Identifiers("urn:tessera")
GS1 = Identifiers("urn:tessera", "0614141")


def _coupons(reference: int | None = 12) -> CouponClass:
    return CouponClass(_SCHEME, _VARIANT, reference)


def test_a_coupon_is_a_gcn_with_its_serial() -> None:
    """R14: in both formats of GS1."""
    assert GS1.coupon(_coupons(), 42) == "https://id.gs1.org/255/061414100012842"
    assert GS1.coupon(_coupons(), 42, EpcFormat.URN) == "urn:epc:id:sgcn:0614141.00012.42"
    assert GS1.coupon_class(_coupons()) == "https://id.gs1.org/255/0614141000128"
    assert GS1.coupon_class(_coupons(), EpcFormat.URN) == "urn:epc:idpat:sgcn:0614141.00012.*"


def test_a_coupon_has_our_own_uri_without_a_company_prefix() -> None:
    """R14: also where the references of a prefix are used up."""
    assert OURS.coupon(_coupons(), 42) == "urn:tessera:coupon:42"
    assert OURS.coupon_class(_coupons()) == f"urn:tessera:coupons:{_SCHEME}.{_VARIANT}"
    assert Identifiers("https://id.example.com/c").coupon(_coupons(), 42) == "https://id.example.com/c/coupon/42"
    assert GS1.coupon(_coupons(100_000), 42) == "urn:tessera:coupon:42"
    assert Identifiers("urn:tessera", "061414112345").coupon(_coupons(1), 42) == "urn:tessera:coupon:42"
    assert GS1.coupon(_coupons(None), 42) == "urn:tessera:coupon:42"


@given(
    serial=st.integers(0, LAST_SERIAL),
    reference=st.integers(0, 99_999),
    form=st.sampled_from(EpcFormat),
    prefix=st.sampled_from(["0614141", None, "9501", "952005"]),
)
def test_identifiers_are_read_as_they_were_written(
    serial: int, reference: int, form: EpcFormat, prefix: str | None
) -> None:
    identifiers = Identifiers("urn:tessera", prefix)
    coupons = _coupons(reference)
    expected = CouponEpc(serial, None if prefix is None else reference)
    assert identifiers.read_coupon(identifiers.coupon(coupons, serial, form)) == expected
    read = identifiers.read_class(identifiers.coupon_class(coupons, form))
    assert read == (CouponClass(_SCHEME, _VARIANT) if prefix is None else reference)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "urn:tessera:coupon:",
        "urn:tessera:coupon:007",
        "urn:tessera:coupon:-1",
        "urn:tessera:coupon:٣",
        f"urn:tessera:coupon:{LAST_SERIAL + 1}",
        "urn:tessera:coupon:" + "9" * 5000,
        "https://id.gs1.org/255/061414100012242",
        "https://id.gs1.org/255/0614141000128",
        "https://id.gs1.org/255/950112300012542",
        "urn:epc:id:sgcn:0614142.00012.42",
        "urn:epc:id:sgcn:0614141.0012.42",
        "urn:epc:id:sgtin:0614141.107346.2017",
        "javascript:alert(1)",
    ],
)
def test_other_texts_are_no_coupons(text: str) -> None:
    assert GS1.read_coupon(text) is None


def test_an_sscc_is_read_in_both_formats() -> None:
    """R14: and needs its check digit."""
    sscc = "106141412345678908"
    assert has_check_digit(sscc)
    assert GS1.pack(sscc) == f"https://id.gs1.org/00/{sscc}"
    assert GS1.pack(sscc, EpcFormat.URN) == "urn:epc:id:sscc:0614141.1234567890"
    for form in EpcFormat:
        assert GS1.read_pack(GS1.pack(sscc, form)) == sscc
    assert GS1.read_pack("https://id.gs1.org/00/106141412345678907") is None
    assert OURS.pack(sscc, EpcFormat.URN) == f"https://id.gs1.org/00/{sscc}"


@pytest.mark.parametrize(("digits", "expected"), [("629104150021", "3"), ("950600013435", "2"), ("00000000", "0")])
def test_check_digits(digits: str, expected: str) -> None:
    """Examples of the GS1 General Specifications, but for the zeros."""
    assert check_digit(digits) == expected
