"""One coupon by its code: its status, where it is, and how it came there, for those who may know (R11, R25)."""

from typing import Any

import pytest

from db.database import Database
from domain.coupons.codes import ALPHABET, mask_code
from domain.node_kinds import NodeKind
from domain.permissions import Permission, Role, permissions_of
from domain.spans import Span
from tests.domain.coupons.test_labels import read_svg
from tests.support.client import Clients, document, gid
from tests.support.downloads import change
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.secrets import COUPON_KEYS

WORK_FOR = "UPDATE account SET vendor_id = (SELECT id FROM vendor WHERE code = :code) WHERE display_name = 'Vendor'"
READERS = [role for role in Role if Permission.COUPON_READ in permissions_of([role])]
# Those who see coupons only as a vendor of the chain, or as the ECP that redeemed them.
LIMITED = {Role.VENDOR, Role.ECP}


def code_of(serial: int, key_id: int = 1) -> str:
    return COUPON_KEYS.write(serial, key_id)


async def check(clients: Clients, serial: int, role: Role = Role.OPERATIONS) -> Any:
    """What the screen shows to a role."""
    return (await clients[role].send(document("portal/CouponCheck"), code=code_of(serial))).data["coupon"]


async def test_operations_follow_a_coupon_to_the_factory(clients: Clients, consignments: ConsignmentFactory) -> None:
    """R11: the status and the place after each step, and all movements, the newest first."""
    scheme_id = await consignments.generated()
    shown = await check(clients, 7)
    assert (shown["serial"], shown["status"], shown["statusLabel"]) == (7, "INERT", "Not commissioned")
    assert (shown["consignment"], shown["holder"], shown["movements"]) == (None, None, [])
    assert (shown["variant"]["sku"], shown["scheme"]["title"]) == ("AMB-1L", "Monsoon Care")

    made = await consignments.created(scheme_id)
    place: list[tuple[str, str | None, str | None]] = []

    async def note() -> None:
        found = await check(clients, 7)
        batch, holder = found["batch"], found["holder"]
        place.append((found["status"], holder and holder["name"], batch and batch["id"]))

    await note()
    await consignments.produce(made, quantity=1000)
    await note()
    first = await consignments.dispatch(made, quantity=100)
    await note()
    await consignments.receive(first, accepted=100)
    await note()
    second = await consignments.dispatch(made, by="PCK-1", quantity=100)
    await consignments.receive(second, by="FAC-1", accepted=100)
    await consignments.commission(made, batch_id=second)
    await note()
    assert place == [
        ("INERT", "First Print", None),
        ("INERT", "First Print", None),
        ("INERT", None, gid(NodeKind.BATCH, first)),
        ("INERT", "Second Pack", None),
        ("ACTIVE", "Third Factory", None),
    ]
    shown = await check(clients, 7)
    assert shown["code"] == code_of(7)
    assert shown["consignment"]["code"] == "CON-2026-000001"
    kinds = [movement["kindLabel"] for movement in shown["movements"]]
    assert kinds == ["Commissioned", "Received", "Dispatched", "Received", "Dispatched", "Produced"]
    # A neighbor that stayed has its own movements.
    assert [movement["kindLabel"] for movement in (await check(clients, 500))["movements"]] == ["Produced"]


async def test_coupons_that_do_not_pay_say_why(clients: Clients, consignments: ConsignmentFactory) -> None:
    made = await consignments.created()
    await consignments.produce(made, quantity=990, spoiled_serials=(Span(0, 9),))
    batch_id = await consignments.dispatch(made, quantity=10)
    await consignments.receive(batch_id, accepted_serials=(Span(10, 17),), damaged_serials=(Span(18, 18),))
    found = [await check(clients, serial) for serial in (0, 10, 18, 19)]
    assert [(each["status"], each["statusLabel"], each["holder"] and each["holder"]["name"]) for each in found] == [
        ("VOID", "Void", "First Print"),
        ("INERT", "Not commissioned", "Second Pack"),
        ("DAMAGED", "Damaged", "Second Pack"),
        ("UNRESOLVED", "Missing", None),
    ]


async def test_the_label_is_what_a_camera_reads(clients: Clients, consignments: ConsignmentFactory) -> None:
    """R11: one code as an SVG QR label."""
    await consignments.created()
    shown = await check(clients, 7)
    assert read_svg(shown["qrLabel"]) == [f"https://example.com/c/{code_of(7)}"]


@pytest.mark.parametrize("role", [role for role in READERS if role not in LIMITED | {Role.OPERATIONS}])
async def test_other_staff_read_no_code_and_no_serial(
    clients: Clients, consignments: ConsignmentFactory, role: Role
) -> None:
    """R11: managers and analysts included; they follow the coupon like everybody."""
    await consignments.created()
    shown = await check(clients, 7, role)
    assert (shown["code"], shown["serial"], shown["qrLabel"]) == (mask_code(code_of(7)), None, None)
    assert (shown["status"], shown["holder"]["name"]) == ("INERT", "First Print")


@pytest.mark.parametrize("role", [role for role in Role if role not in READERS])
async def test_others_read_no_coupon(clients: Clients, consignments: ConsignmentFactory, role: Role) -> None:
    await consignments.created()
    answer = await clients[role].send(document("portal/CouponCheck"), code=code_of(7))
    assert answer.codes == ["FORBIDDEN"]


async def test_the_first_vendor_reads_codes_until_its_leg_ends(
    clients: Clients, consignments: ConsignmentFactory
) -> None:
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    batch_id = await consignments.dispatch(made, quantity=999)
    shown = await check(clients, 7, Role.VENDOR)
    assert (shown["code"], shown["serial"]) == (code_of(7), 7)
    assert shown["batch"]["id"] == gid(NodeKind.BATCH, batch_id)
    await consignments.dispatch(made, quantity=1)
    shown = await check(clients, 7, Role.VENDOR)
    assert (shown["code"], shown["serial"], shown["qrLabel"]) == (mask_code(code_of(7)), 7, None)
    assert [movement["kindLabel"] for movement in shown["movements"]] == ["Dispatched", "Produced"]


async def test_a_later_vendor_reads_its_part_of_the_way(
    clients: Clients, consignments: ConsignmentFactory, database: Database
) -> None:
    """R14: the last vendor does not learn of the first, nor of its movements and batches."""
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    await change(database, WORK_FOR, code="FAC-1")
    shown = await check(clients, 7, Role.VENDOR)
    assert (shown["code"], shown["serial"], shown["status"]) == (mask_code(code_of(7)), 7, "INERT")
    assert (shown["holder"], shown["movements"]) == (None, [])
    batch_id = await consignments.dispatch(made, quantity=10)
    assert (await check(clients, 7, Role.VENDOR))["batch"] is None
    await consignments.receive(batch_id, accepted=10)
    assert (await check(clients, 7, Role.VENDOR))["holder"]["name"] == "Second Pack"
    assert (await check(clients, 7, Role.VENDOR))["movements"] == []
    batch_id = await consignments.dispatch(made, by="PCK-1", quantity=10)
    shown = await check(clients, 7, Role.VENDOR)
    assert shown["batch"]["id"] == gid(NodeKind.BATCH, batch_id)
    assert [movement["kindLabel"] for movement in shown["movements"]] == ["Dispatched"]


async def test_coupons_of_other_chains_look_unknown(
    clients: Clients, consignments: ConsignmentFactory, database: Database
) -> None:
    """R25: null, like a code of no coupon, a coupon that is not allocated, and a code of another key."""
    await consignments.created(chain=("PRN-1", "FAC-1"), quantities={"AMB-1L": 500})
    assert await check(clients, 7, Role.VENDOR) is not None
    assert await check(clients, 700, Role.VENDOR) is None
    assert await check(clients, 700) is not None
    assert await check(clients, 4_000_000_000) is None
    await change(database, WORK_FOR, code="PCK-1")
    assert await check(clients, 7, Role.VENDOR) is None
    await change(database, "UPDATE coupon_run SET key_id = 2")
    assert await check(clients, 7) is None


async def test_typing_is_forgiven_and_errors_are_explained(clients: Clients, consignments: ConsignmentFactory) -> None:
    """R11: a wrong or swapped character, O for 0, and another length are errors that say so."""
    await consignments.created()
    code = code_of(7)
    operations = clients[Role.OPERATIONS]
    document = "query ($code: String!) { coupon(code: $code) { serial } }"
    scanned = f"https://example.com/c/{code}"
    for typed in (
        code.lower(),
        code.replace("-", " "),
        code.replace("-", "\u2013"),
        f" {code.replace('-', '')} ",
        scanned,
    ):
        assert (await operations.send(document, code=typed)).data == {"coupon": {"serial": 7}}
    other = ALPHABET[ALPHABET.index(code[0]) - 1]
    swapped = code[1] + code[0] + code[2:]
    assert swapped != code
    check = "This code has a typing error: a character is wrong, or two are swapped. Compare it with the coupon."
    for typed, message in (
        (other + code[1:], check),
        (swapped, check),
        ("O" + code[1:], "Codes never contain 0, O, 1, I, or L, and this one contains O. Compare it with the coupon."),
        (code[:-1], "A code has 14 letters and digits, and this one has 13. Compare it with the coupon."),
        ("", "A code has 14 letters and digits, and this one has 0. Compare it with the coupon."),
    ):
        (error,) = (await operations.send(document, code=typed)).errors
        assert error["message"] == message
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "code"}
