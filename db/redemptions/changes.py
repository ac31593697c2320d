"""Changes to redemptions: the claim of a coupon, attempts, and wrong codes."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import BindParameter, Integer, bindparam, column, delete, insert, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from db.columns import named_columns, scalar
from db.ecps.tables import EcpTable
from db.redemptions.rows import WrongCodesRow
from db.redemptions.tables import DiscrepancyEvidenceTable, RedemptionAttemptTable, WrongCodesTable
from db.sessions import Writing
from db.statement import Change, Statement, blobs, moment, moments, number, numbers, texts, uuid, uuids
from domain.redemptions.wrong_codes import BURST, WrongCodes

# The kind of command that idempotency keys of redemptions belong to.
REDEEM_COUPON: Final = "RedeemCoupon"


class NewRedemption(Struct, frozen=True):
    """A coupon to redeem, with the idempotency key and the attempt that go with it; `ecp_id` is that of the ECP."""

    owner_id: UUID
    key: str
    digest: bytes
    run_id: UUID
    serial: int
    ecp_id: UUID
    ecp: int
    scheme: int
    variant_id: UUID
    redeemed_at: datetime
    recorded_at: datetime
    attempt_id: UUID
    code_hash: bytes
    device: str | None
    place: str | None


class ClaimedCouponRow(Struct, frozen=True):
    """A coupon that is redeemed now, with the number of its sale."""

    run_id: UUID
    serial: int
    sale: int


_ARRAYS: Final[Mapping[str, Callable[[str], BindParameter[Any]]]] = {
    **dict.fromkeys(("owner_id", "run_id", "ecp_id", "variant_id", "attempt_id"), uuids),
    **dict.fromkeys(("key", "device", "place"), texts),
    **dict.fromkeys(("digest", "code_hash"), blobs),
    **dict.fromkeys(("serial", "ecp", "scheme"), numbers),
    **dict.fromkeys(("redeemed_at", "recorded_at"), moments),
}
# Redeem coupons, keep the keys and the attempts, and forgive wrong codes, in one statement. It returns no row for a
# coupon that is redeemed already, and for a key that is known. Other transactions that do the same are waited for, in
# the order of keys and then of coupons. An erasure waits until the attempts are kept, or leaves them without an origin.
_CLAIM_COUPONS: Final = Statement(
    text(f"""
WITH asked AS (
    SELECT * FROM unnest({", ".join(f":{name}" for name in _ARRAYS)}) AS asked ({", ".join(_ARRAYS)})
), keyed AS (
    INSERT INTO idempotency_key (owner_id, mutation, key, digest, result_id, recorded_at)
    SELECT owner_id, '{REDEEM_COUPON}', key, digest, attempt_id, recorded_at FROM asked ORDER BY owner_id, key
    ON CONFLICT DO NOTHING RETURNING owner_id, key
), claimed AS (
    INSERT INTO redemption (run_id, serial, ecp, scheme, variant_id, redeemed_at, recorded_at)
    SELECT run_id, serial, ecp, scheme, variant_id, redeemed_at, recorded_at FROM asked
    JOIN keyed USING (owner_id, key) ORDER BY run_id, serial
    ON CONFLICT DO NOTHING RETURNING run_id, serial, sale
), named AS MATERIALIZED (
    SELECT number FROM ecp WHERE number = ANY(ARRAY(SELECT ecp FROM asked)) AND erased_at IS NULL
    ORDER BY number FOR KEY SHARE
), kept AS (
    INSERT INTO redemption_attempt (id, ecp, at, code_hash, result, device, place)
    SELECT attempt_id, ecp, recorded_at, code_hash, 'REDEEMED', CASE WHEN number IS NOT NULL THEN device END,
        CASE WHEN number IS NOT NULL THEN place END
    FROM asked JOIN claimed USING (run_id, serial) LEFT JOIN named ON number = ecp
), forgiven AS (
    UPDATE wrong_codes SET count = 0 FROM asked JOIN claimed USING (run_id, serial)
    WHERE wrong_codes.owner_id = asked.ecp_id AND wrong_codes.count > 0
)
SELECT run_id, serial, sale FROM claimed
""")  # noqa: S608 - of our names
    .bindparams(*(array(name) for name, array in _ARRAYS.items()))
    .columns(*named_columns(ClaimedCouponRow)),
    ClaimedCouponRow,
)
ADD_ATTEMPT: Final = Change(
    insert(RedemptionAttemptTable), ("id", "ecp", "at", "code_hash", "result", "device", "place")
)
# The ECP with the number `ecp`, kept from being erased until the transaction ends; nothing if it is erased.
KEEP_NAMED: Final = Statement(
    text("SELECT number FROM ecp WHERE number = :ecp AND erased_at IS NULL FOR KEY SHARE")
    .bindparams(number("ecp"))
    .columns(column("number", Integer)),
    scalar(int),
)
# The wrong codes of an account, locked; a full bucket for an account that has none yet.
LOCK_WRONG_CODES = Statement(
    text("""
INSERT INTO wrong_codes (owner_id, tokens, refilled_at, count, since) VALUES (:owner_id, :tokens, :at, 0, :at)
ON CONFLICT (owner_id) DO UPDATE SET owner_id = excluded.owner_id
RETURNING tokens, refilled_at, count, since
""")
    .bindparams(uuid("owner_id"), bindparam("tokens", value=float(BURST)), moment("at"))
    .columns(*named_columns(WrongCodesRow)),
    WrongCodesRow,
)
_SET_WRONG_CODES: Final = Change(
    update(WrongCodesTable)
    .where(WrongCodesTable.owner_id == uuid("owner"))
    .values({name: bindparam(f"new_{name}") for name in WrongCodesRow.__struct_fields__})
)
ADD_EVIDENCE: Final = Change(
    upsert(DiscrepancyEvidenceTable).on_conflict_do_nothing(),
    ("id", "discrepancy_id", "serial", "ecp", "result", "scanned_at"),
)
NUMBER_OF_ECP = Statement(
    text("SELECT number FROM ecp WHERE id = :id").bindparams(uuid("id")).columns(column("number", Integer)),
    scalar(int),
)


async def claim_coupons(session: Writing, redemptions: Sequence[NewRedemption]) -> list[ClaimedCouponRow]:
    """Redeem coupons that differ, as do their keys; without those that are redeemed, or whose key is known."""
    return await session.fetch(
        _CLAIM_COUPONS, **{name: [getattr(one, name) for one in redemptions] for name in _ARRAYS}
    )


async def set_wrong_codes(session: Writing, owner_id: UUID, found: WrongCodes) -> None:
    """Store the wrong codes of an account, which are locked."""
    values = {f"new_{name}": value for name, value in asdict(found).items()}
    await session.run(_SET_WRONG_CODES, owner=owner_id, **values)


async def set_lock(session: Writing, ecp_id: UUID, locked_at: datetime | None) -> None:
    """Lock an ECP, or unlock it with None."""
    await session.execute(update(EcpTable).where(EcpTable.id == ecp_id).values(redemption_locked_at=locked_at))


async def clear_origins(session: Writing, ecp_id: UUID) -> None:
    """Erase device and place of the attempts of an ECP."""
    (ecp,) = await session.fetch(NUMBER_OF_ECP, id=ecp_id)
    await session.execute(
        update(RedemptionAttemptTable).where(RedemptionAttemptTable.ecp == ecp).values(device=None, place=None)
    )


async def delete_attempts(session: Writing, before: datetime) -> None:
    """Delete the attempts, and the buckets, that are older than a moment."""
    await session.execute(delete(RedemptionAttemptTable).where(RedemptionAttemptTable.at < before))
    await session.execute(delete(WrongCodesTable).where(WrongCodesTable.refilled_at < before))
