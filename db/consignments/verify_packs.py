"""The statement that compares the packs of a consignment with custody, and with what made and opened them."""

from typing import Final, NamedTuple

from sqlalchemy import text

from db.columns import named_columns
from db.statement import Statement, uuid


class WrongPackRow(NamedTuple):
    """A pack that contradicts custody or its movements, and how."""

    sscc: str
    torn: bool
    packed_wrongly: bool
    opened_wrongly: bool
    carried_wrongly: bool


WRONG_PACKS: Final[Statement[WrongPackRow]] = Statement(
    text(
        """
        SELECT sscc, torn, packed_wrongly, opened_wrongly, carried_wrongly
        FROM (
            SELECT pack.id, sscc, unpacked_at IS NULL AND NOT pack_is_whole(pack) AS torn,
                packed.spans IS DISTINCT FROM pack.spans OR packed.total <> pack.quantity AS packed_wrongly,
                coalesce(unpacked.spans, '{}') <> CASE WHEN unpacked_at IS NULL THEN '{}' ELSE pack.spans END
                    AS opened_wrongly,
                batch_id IS NOT NULL AND NOT EXISTS (
                    SELECT FROM batch_pack AS carried WHERE pack_id = pack.id AND carried.batch_id = pack.batch_id
                ) AS carried_wrongly
            FROM consignment_line AS line JOIN pack ON pack.line_id = line.id
            LEFT JOIN LATERAL (
                SELECT range_agg(part.spans) AS spans, sum(spans_size(part.spans)) AS total
                FROM movement JOIN movement_part AS part ON movement_id = movement.id
                WHERE pack_id = pack.id AND kind = 'PACKED'
            ) AS packed ON true
            LEFT JOIN LATERAL (
                SELECT range_agg(part.spans) AS spans
                FROM movement JOIN movement_part AS part ON movement_id = movement.id
                WHERE pack_id = pack.id AND kind = 'UNPACKED'
            ) AS unpacked ON true
            WHERE consignment_id = :consignment_id
        ) AS compared
        WHERE torn OR packed_wrongly OR opened_wrongly OR carried_wrongly ORDER BY id LIMIT 100
        """
    )
    .bindparams(uuid("consignment_id"))
    .columns(*named_columns(WrongPackRow)),
    WrongPackRow,
)
