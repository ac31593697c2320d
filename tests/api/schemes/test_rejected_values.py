"""Invalid products, geographies, and coupon values: too many, repeated, unknown, and out of range."""

from typing import Any
from uuid import UUID

import pytest

from db.catalog.changes import put_rows
from db.catalog.rows import VariantRow
from db.database import Database
from domain.channels import EarningChannel
from domain.node_kinds import NodeKind
from resolvers.schemes.save_scheme_products import SaveSchemeProducts, save_scheme_products
from tests.support.client import Clients, gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.mutations.schemes import InputError, expect_errors, expect_request_error, mutate, scheme, variant
from tests.support.unchanged import nothing_changes
from tests.support.world import BEGINNING, World, key

STRANGER = "This variant is not among the products of the scheme."
TWICE = "This variant has more than one value."
NUMBERS = [
    ({"basePoints": -1}, "basePoints", "Base points must be 0 or more, not -1."),
    ({"basePoints": -(2**31)}, "basePoints", "Base points must be 0 or more, not -2,147,483,648."),
    ({"basePoints": 1_000_001}, "basePoints", "Base points must be 1,000,000 or less, not 1,000,001."),
    ({"basePoints": 2**31 - 1}, "basePoints", "Base points must be 1,000,000 or less, not 2,147,483,647."),
    ({"plannedQuantity": 0}, "plannedQuantity", "The planned quantity must be 1 or more, not 0."),
    ({"plannedQuantity": -1}, "plannedQuantity", "The planned quantity must be 1 or more, not -1."),
    (
        {"plannedQuantity": 100_000_001},
        "plannedQuantity",
        "The planned quantity must be 100,000,000 or less, not 100,000,001.",
    ),
]
NO_NUMBERS = [
    ("basePoints", 2**31, "Int cannot represent non 32-bit signed integer value: 2147483648"),
    ("basePoints", 2.5, "Int cannot represent non-integer value: 2.5"),
    (
        "plannedQuantity",
        2**53,
        "A SafeInt is a whole number between -9,007,199,254,740,991 and 9,007,199,254,740,991.",
    ),
    (
        "plannedQuantity",
        "many",
        "A SafeInt is a whole number between -9,007,199,254,740,991 and 9,007,199,254,740,991.",
    ),
]


@pytest.mark.parametrize(
    ("field", "name", "kind"),
    [
        ("saveSchemeProducts", "variantIds", NodeKind.VARIANT),
        ("saveSchemeGeographies", "geographyIds", NodeKind.GEOGRAPHY),
    ],
)
async def test_more_than_five_hundred_are_too_many(  # noqa: PLR0913, PLR0917 - fixtures and a case
    clients: Clients, factory: SchemeFactory, database_url: str, field: str, name: str, kind: NodeKind
) -> None:
    ids = [gid(kind, key(str(number))) for number in range(501)]
    named = {"schemeId": scheme(await factory.created()), "expectedVersion": 0}
    message = f"501 {kind.label if kind is NodeKind.VARIANT else 'geographie'}s are too many; choose at most 500."
    async with nothing_changes(database_url):
        found = await expect_errors(clients["PROGRAM_MANAGER"], field, **named, **{name: ids})
        assert found == [("LIMIT_EXCEEDED", f"input.{name}", message)]
        # One fewer is not too many, only unknown: the limit itself is allowed.
        found = await expect_errors(clients["PROGRAM_MANAGER"], field, **named, **{name: ids[:500]})
        assert [(code, path) for code, path, _ in found] == [
            ("NOT_FOUND", f"input.{name}.{index}") for index in range(500)
        ]


async def test_more_values_than_a_scheme_has_variants_are_too_many(
    clients: Clients, factory: SchemeFactory, database_url: str
) -> None:
    scheme_id = await factory.created()
    values = [_value(gid(NodeKind.VARIANT, key(str(number)))) for number in range(501)]
    async with nothing_changes(database_url):
        found = await _saving(clients, scheme_id, values)
    assert found == [("LIMIT_EXCEEDED", "input.values", "501 coupon values are too many; give at most 500.")]


async def test_coupon_values_have_bounds(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    scheme_id = await _with_variants(factory, world, "AMB-1L", "AMB-4L")
    good = _value(variant(world, "AMB-1L"))
    async with nothing_changes(database_url):
        for changes, field, message in NUMBERS:
            found = await _saving(clients, scheme_id, [good, _value(variant(world, "AMB-4L"), **changes)])
            assert found == [("INVALID", f"input.values.1.{field}", message)]


async def test_malformed_numbers_fail_the_request(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    scheme_id = scheme(await _with_variants(factory, world, "AMB-1L"))
    async with nothing_changes(database_url):
        for field, number, sentence in NO_NUMBERS:
            message = await expect_request_error(
                clients["PROGRAM_MANAGER"],
                "saveSchemeCouponValues",
                schemeId=scheme_id,
                expectedVersion=0,
                values=[_value(variant(world, "AMB-1L"), **{field: number})],
            )
            assert message == f"Variable '$input' has invalid value at .values[0].{field}: {sentence}"


async def test_without_coupons_a_quantity_may_be_zero_but_not_less(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    scheme_id = await _with_variants(factory, world, "AMB-1L", channels=(EarningChannel.SALE,))
    less = [_value(variant(world, "AMB-1L"), plannedQuantity=-1)]
    async with nothing_changes(database_url):
        message = "The planned quantity must be 0 or more, not -1."
        assert await _saving(clients, scheme_id, less) == [("INVALID", "input.values.0.plannedQuantity", message)]
    none = [_value(variant(world, "AMB-1L"), plannedQuantity=0, basePoints=0)]
    saved = {"schemeId": scheme(scheme_id), "expectedVersion": 0, "values": none}
    step = (await mutate(clients["PROGRAM_MANAGER"], "saveSchemeCouponValues", **saved))["step"]
    assert step == {"kind": "COUPON_VALUES", "state": "COMPLETE", "version": 1}


async def test_all_coupons_together_have_a_bound(
    clients: Clients, factory: SchemeFactory, world: World, database: Database, database_url: str
) -> None:
    product_id = world.products["Amber Oil"].id
    rows = [
        VariantRow(id=key(f"SKU-{number}"), sku=f"SKU-{number}", name="Some", product_id=product_id)
        for number in range(21)
    ]
    async with database.writing() as session:
        await put_rows(session, rows, BEGINNING)
    scheme_id = await factory.created()
    chosen = SaveSchemeProducts(scheme_id, 0, tuple(row.id for row in rows))
    await save_scheme_products(factory.operation(), chosen)
    values = [_value(gid(NodeKind.VARIANT, row.id), plannedQuantity=100_000_000) for row in rows]
    async with nothing_changes(database_url):
        message = "2,100,000,000 coupons in all are too many; plan at most 2,000,000,000."
        assert await _saving(clients, scheme_id, values) == [("LIMIT_EXCEEDED", "input.values", message)]
    most = {"schemeId": scheme(scheme_id), "expectedVersion": 0, "values": values[:20]}
    await mutate(clients["PROGRAM_MANAGER"], "saveSchemeCouponValues", **most)


async def test_values_belong_to_variants_of_the_scheme_one_each(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    scheme_id = await _with_variants(factory, world, "AMB-1L")
    inside, outside = variant(world, "AMB-1L"), variant(world, "LENS-1")
    async with nothing_changes(database_url):
        assert await _saving(clients, scheme_id, [_value(inside), _value(outside)]) == [
            ("NOT_FOUND", "input.values.1.variantId", STRANGER)
        ]
        assert await _saving(clients, scheme_id, [_value(inside), _value(inside)]) == [
            ("DUPLICATE", "input.values.0.variantId", TWICE),
            ("DUPLICATE", "input.values.1.variantId", TWICE),
        ]


async def test_all_problems_are_reported_together(
    clients: Clients, factory: SchemeFactory, world: World, database_url: str
) -> None:
    scheme_id = await _with_variants(factory, world, "AMB-1L")
    values = [
        _value(variant(world, "LENS-1"), basePoints=-1, plannedQuantity=0),
        _value(variant(world, "AMB-1L"), basePoints=1_000_001),
        _value(variant(world, "AMB-1L"), plannedQuantity=3_000_000_000),
    ]
    async with nothing_changes(database_url):
        found = await _saving(clients, scheme_id, values)
    assert [(code, path) for code, path, _ in found] == [
        ("NOT_FOUND", "input.values.0.variantId"),
        ("INVALID", "input.values.0.basePoints"),
        ("INVALID", "input.values.0.plannedQuantity"),
        ("DUPLICATE", "input.values.1.variantId"),
        ("INVALID", "input.values.1.basePoints"),
        ("DUPLICATE", "input.values.2.variantId"),
        ("INVALID", "input.values.2.plannedQuantity"),
        ("LIMIT_EXCEEDED", "input.values"),
    ]


async def _with_variants(
    factory: SchemeFactory, world: World, *skus: str, channels: tuple[EarningChannel, ...] = (EarningChannel.COUPON,)
) -> UUID:
    scheme_id = await factory.created(channels=channels)
    chosen = SaveSchemeProducts(scheme_id, 0, tuple(world.variants[sku].id for sku in skus))
    await save_scheme_products(factory.operation(), chosen)
    return scheme_id


def _value(variant_id: str, **changes: Any) -> dict[str, Any]:
    return {"variantId": variant_id, "basePoints": 10, "plannedQuantity": 1000, **changes}


async def _saving(clients: Clients, scheme_id: UUID, values: list[dict[str, Any]]) -> list[InputError]:
    given = {"schemeId": scheme(scheme_id), "expectedVersion": 0, "values": values}
    return await expect_errors(clients["PROGRAM_MANAGER"], "saveSchemeCouponValues", **given)
