"""Changes to redemptions: the claim of a coupon, attempts, and wrong codes."""

from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy import BigInteger, Integer, LargeBinary, bindparam, column, delete, insert, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from db.columns import named_columns, scalar
from db.ecps.tables import EcpTable
from db.redemptions.rows import WrongCodesRow
from db.redemptions.tables import DiscrepancyEvidenceTable, RedemptionAttemptTable, WrongCodesTable
from db.sessions import Writing
from db.statement import Change, Statement, moment, number, string, uuid
from domain.redemptions.wrong_codes import BURST, WrongCodes

# Redeem a coupon, keep the attempt, and forgive wrong codes, in one statement. It returns no row for a coupon that is
# redeemed already; another transaction that redeems it at the same time is waited for.
CLAIM_COUPON = Statement(
    text("""
WITH claimed AS (
    INSERT INTO redemption (run_id, serial, ecp, scheme, variant_id, redeemed_at, recorded_at)
    VALUES (:run_id, :serial, :ecp, :scheme, :variant_id, :redeemed_at, :recorded_at)
    ON CONFLICT DO NOTHING RETURNING sale
), kept AS (
    INSERT INTO redemption_attempt (id, ecp, at, code_hash, result, device, place)
    SELECT :attempt_id, :ecp, :recorded_at, :code_hash, 'REDEEMED', :device, :place FROM claimed
), forgiven AS (
    UPDATE wrong_codes SET count = 0 WHERE owner_id = :ecp_id AND count > 0 AND EXISTS (SELECT FROM claimed)
)
SELECT sale FROM claimed
""")
    .bindparams(
        uuid("run_id"),
        number("serial"),
        bindparam("ecp", type_=Integer()),
        bindparam("scheme", type_=Integer()),
        uuid("variant_id"),
        moment("redeemed_at"),
        moment("recorded_at"),
        uuid("attempt_id"),
        bindparam("code_hash", type_=LargeBinary()),
        string("device"),
        string("place"),
        uuid("ecp_id"),
    )
    .columns(column("sale", BigInteger)),
    scalar(int),
)
ADD_ATTEMPT: Final = Change(
    insert(RedemptionAttemptTable), ("id", "ecp", "at", "code_hash", "result", "device", "place")
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
