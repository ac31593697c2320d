"""The measured lists of ECPs and enrollments, with filters that managers use."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from benchmarks.ecp_population import key
from db.ecps.pages import SORTS as ECP_SORTS
from db.ecps.pages import EcpFilters, ecp_count, ecp_page
from db.enrollments.pages import SORTS as ENROLLMENT_SORTS
from db.enrollments.pages import EnrollmentFilters, counts_by_scheme, page_of_scheme
from db.search import words_of
from db.statement import Statement
from domain.catalog.facts import GeographyLevel
from domain.ecps.facts import EcpOrder
from domain.enrollments.facts import EnrollmentOrder
from domain.viewers import EcpScope

_ALL: Final = EcpScope.ALL
_REGION: Final[dict[str, Any]] = {"geography_id": key("region3")}
_CITY: Final[dict[str, Any]] = {"geography_id": key("city401")}
_COUNTRY: Final[dict[str, Any]] = {"geography_id": key("country3")}
_TIER: Final[dict[str, Any]] = {"tier_id": key("tier3")}
# ECPs registered over five years from 2021 on.
_MIDDLE: Final = datetime(2023, 7, 1, tzinfo=UTC)
_BOTH: Final[dict[str, Any]] = {
    "geography_ids": [key("region3"), key("city401")],
    "tier_ids": [key("tier3"), key("tier4")],
}


class Case(Struct, frozen=True):
    """A list with the statements of its pages and its count, and the value by which it is sorted.

    `page` takes `backward`, `resumed` and, with `nearby_first`, `nearby`; see `db.ecps.pages`.
    `counted` are the parameters of the count, whose last column is the number.
    """

    name: str
    values: dict[str, Any]
    page: Callable[..., Statement[Any]]
    count: Statement[Any]
    counted: dict[str, Any]
    sorted_by: Callable[[Any], Any]
    nearby_first: bool = False


def cases() -> list[Case]:
    """Build all cases, the lists of ECPs first."""
    ecps = (*_all_ecps(), *_by_place(), *_by_tier_and_status(), *_by_date(), *_by_text(), *_enrolled())
    return [*ecps, *_enrollments()]


def _ecps(name: str, filters: EcpFilters, order: EcpOrder = EcpOrder.NAME_ASC, **values: Any) -> Case:
    def page(*, nearby: bool = False, **direction: bool) -> Statement[Any]:
        return ecp_page(_ALL, filters, order, nearby=nearby, **direction)

    return Case(
        name=name,
        values=values,
        page=page,
        count=ecp_count(_ALL, filters),
        counted=values,
        sorted_by=ECP_SORTS[order].value,
        nearby_first=filters.spans_indexes,
    )


def _all_ecps() -> list[Case]:
    everybody = EcpFilters()
    return [
        _ecps("everybody", everybody),
        _ecps("everybody, newest", everybody, EcpOrder.REGISTERED_AT_DESC),
        _ecps("everybody, by code", everybody, EcpOrder.CODE_ASC),
    ]


def _by_place() -> list[Case]:
    region, city = EcpFilters(place=GeographyLevel.REGION), EcpFilters(place=GeographyLevel.CITY)
    country = EcpFilters(place=GeographyLevel.COUNTRY)
    return [
        _ecps("region", region, **_REGION),
        _ecps("region, newest", region, EcpOrder.REGISTERED_AT_DESC, **_REGION),
        _ecps("region, by code", region, EcpOrder.CODE_ASC, **_REGION),
        _ecps("city", city, **_CITY),
        _ecps("city, newest", city, EcpOrder.REGISTERED_AT_DESC, **_CITY),
        _ecps("new country", country, **_COUNTRY),
        _ecps("new country, oldest", country, EcpOrder.REGISTERED_AT_ASC, **_COUNTRY),
        _ecps("new country, by code", country, EcpOrder.CODE_ASC, **_COUNTRY),
        _ecps("two places, two tiers", EcpFilters(geography_ids=True, tier_ids=True), **_BOTH),
    ]


def _by_tier_and_status() -> list[Case]:
    region_tier = EcpFilters(place=GeographyLevel.REGION, tier_id=True)
    region_status, status = EcpFilters(place=GeographyLevel.REGION, status=True), EcpFilters(status=True)
    return [
        _ecps("tier", EcpFilters(tier_id=True), **_TIER),
        _ecps("rare tier, newest", EcpFilters(tier_id=True), EcpOrder.REGISTERED_AT_DESC, tier_id=key("tier4")),
        _ecps("region and tier", region_tier, **_REGION, **_TIER),
        _ecps("region and tier, newest", region_tier, EcpOrder.REGISTERED_AT_DESC, **_REGION, **_TIER),
        _ecps("status", status, status="SUSPENDED"),
        _ecps("status, oldest", status, EcpOrder.REGISTERED_AT_ASC, status="PENDING"),
        _ecps("region, status", region_status, **_REGION, status="PENDING"),
    ]


def _by_date() -> list[Case]:
    dates = EcpFilters(registered_from=True, registered_before=True)
    there = EcpFilters(place=GeographyLevel.REGION, registered_from=True, registered_before=True)
    every = EcpFilters(place=GeographyLevel.REGION, tier_id=True, status=True, registered_from=True)
    newest = EcpOrder.REGISTERED_AT_DESC
    return [
        _ecps("registered on a day", dates, **_registered(1)),
        _ecps("registered in a month", dates, **_registered(30)),
        _ecps("registered in a month, newest", dates, newest, **_registered(30)),
        _ecps("registered in two years", dates, **_registered(730)),
        _ecps("region, registered in a month", there, **_REGION, **_registered(30)),
        _ecps("region, registered in a month, newest", there, newest, **_REGION, **_registered(30)),
        _ecps("region, tier, status, since a day", every, **_REGION, **_TIER, status="ACTIVE", registered_from=_MIDDLE),
    ]


def _registered(days: int) -> dict[str, Any]:
    return {"registered_from": _MIDDLE, "registered_before": _MIDDLE + timedelta(days=days)}


def _by_text() -> list[Case]:
    text = EcpFilters(words=True)
    narrow = EcpFilters(place=GeographyLevel.REGION, tier_id=True, words=True)
    return [
        _ecps("text: a rare name", text, words=words_of("porana")),
        _ecps("text: a name", text, words=words_of("rana")),
        _ecps("text: a name, oldest", text, EcpOrder.REGISTERED_AT_ASC, words=words_of("rana")),
        _ecps("text: late in the alphabet", text, words=words_of("ye")),
        _ecps("text: a common beginning", text, words=words_of("ra")),
        _ecps("text: name and practice", text, words=words_of("ra optics")),
        _ecps("region, tier and a name", narrow, **_REGION, **_TIER, words=words_of("rana")),
        _ecps("region, tier, common text", narrow, **_REGION, **_TIER, words=words_of("ra")),
        _ecps("e-mail", EcpFilters(email_key=True), email_key="ecp4711@example.com"),
    ]


def _enrolled() -> list[Case]:
    enrolled = EcpFilters(enrolled_in=True)
    narrow = EcpFilters(place=GeographyLevel.REGION, tier_id=True, enrolled_in=True)
    return [
        _ecps("enrolled, large scheme", enrolled, enrolled_in=key("scheme1")),
        _ecps("enrolled, small scheme", enrolled, enrolled_in=key("scheme2")),
        _ecps("region, tier, enrolled", narrow, **_REGION, **_TIER, enrolled_in=key("scheme1")),
    ]


def _enrollments() -> list[Case]:
    """Lists of the enrollments of one scheme."""
    region_tier = EnrollmentFilters(place=GeographyLevel.REGION, tier_id=True)
    status = EnrollmentFilters(status=True)
    narrow = EnrollmentFilters(place=GeographyLevel.REGION, tier_id=True, words=True)
    oldest = EnrollmentOrder.REQUESTED_AT_ASC
    dates = EnrollmentFilters(enrolled_from=True, enrolled_before=True)
    there = EnrollmentFilters(place=GeographyLevel.REGION, enrolled_from=True, enrolled_before=True)
    month: dict[str, Any] = {"enrolled_from": _MIDDLE, "enrolled_before": _MIDDLE + timedelta(days=30)}
    return [
        _of_scheme("enrollments, large scheme", EnrollmentFilters()),
        _of_scheme("enrollments, small scheme", EnrollmentFilters(), scheme="scheme2"),
        _of_scheme("enrollments: enrolled", status, status="ENROLLED"),
        _of_scheme("enrollments: pending, oldest", status, oldest, status="PENDING"),
        _of_scheme("enrollments: region", EnrollmentFilters(place=GeographyLevel.REGION), **_REGION),
        _of_scheme("enrollments: region and tier", region_tier, **_REGION, **_TIER),
        _of_scheme("enrollments: a rare tier", EnrollmentFilters(tier_id=True), tier_id=key("tier4")),
        _of_scheme("enrollments: enrolled in a month", dates, **month),
        _of_scheme("enrollments: region, enrolled in a month", there, **_REGION, **month),
        _of_scheme("enrollments: a name", EnrollmentFilters(words=True), words=words_of("rana")),
        _of_scheme("enrollments: common text", EnrollmentFilters(words=True), words=words_of("ra")),
        _of_scheme("enrollments: region, tier, a name", narrow, **_REGION, **_TIER, words=words_of("rana")),
    ]


def _of_scheme(
    name: str,
    filters: EnrollmentFilters,
    order: EnrollmentOrder = EnrollmentOrder.REQUESTED_AT_DESC,
    *,
    scheme: str = "scheme1",
    **values: Any,
) -> Case:
    def page(*, nearby: bool = False, **direction: bool) -> Statement[Any]:
        return page_of_scheme(_ALL, filters, order, nearby=nearby, **direction)

    # Pages are of one scheme, and counts of several at once.
    paged, counted = {**values, "scheme_id": key(scheme)}, {**values, "ids": [key(scheme)]}
    sorted_by = ENROLLMENT_SORTS[order].value
    return Case(
        name=name,
        values=paged,
        page=page,
        count=counts_by_scheme(_ALL, filters),
        counted=counted,
        sorted_by=sorted_by,
        nearby_first=filters.search_nearby_first,
    )
