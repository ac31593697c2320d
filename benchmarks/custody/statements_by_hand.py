"""The statements of the pages by hand."""

from typing import Final

_CONSIGNMENT: Final = """
SELECT consignment.id, consignment.code, scheme_id, scheme.code AS scheme_code, scheme.title AS scheme_title,
    consignment.due_on, consignment.created_at, state.status, state.since, state.waiting_legs, state.waiting_since,
    state.has_discrepancy
FROM consignment
JOIN consignment_state AS state ON state.consignment_id = consignment.id
JOIN scheme ON scheme.id = consignment.scheme_id
"""
CONSIGNMENT_BY_CODE: Final = f"{_CONSIGNMENT} WHERE consignment.code = $1"
BOARD: Final = f"""
{_CONSIGNMENT} WHERE state.status NOT IN ('DELIVERED', 'CANCELED')
ORDER BY coalesce(state.waiting_since, 'infinity'), state.consignment_id LIMIT 200
"""
LEGS: Final = """
SELECT leg.consignment_id, leg.position, leg.vendor_id, vendor.name, vendor.kind, vendor.city,
    leg.position = ANY (state.waiting_legs) AS waiting
FROM consignment_leg AS leg
JOIN vendor ON vendor.id = leg.vendor_id
JOIN consignment_state AS state ON state.consignment_id = leg.consignment_id
WHERE leg.consignment_id = ANY ($1::uuid[])
ORDER BY leg.consignment_id, leg.position
"""
PLACES: Final = """
SELECT line.consignment_id, line.variant_id, variant.sku, place.leg, place.batch_id IS NOT NULL AS in_batch,
    place.condition, sum(place.quantity)::bigint AS quantity
FROM consignment_line AS line
JOIN variant ON variant.id = line.variant_id
JOIN custody_place AS place ON place.line_id = line.id AND place.quantity > 0
WHERE line.consignment_id = ANY ($1::uuid[])
GROUP BY line.consignment_id, line.variant_id, variant.sku, place.leg, place.batch_id IS NOT NULL, place.condition
ORDER BY line.consignment_id, variant.sku
"""
BATCHES: Final = """
SELECT batch.id, batch.code, batch.status, from_vendor_id, to_vendor_id, sender.name AS sender,
    receiver.name AS receiver, shipment_reference, dispatched_at, received_at
FROM batch
JOIN vendor AS sender ON sender.id = from_vendor_id
JOIN vendor AS receiver ON receiver.id = to_vendor_id
WHERE consignment_id = $1
ORDER BY dispatched_at DESC, batch.id DESC LIMIT $2
"""
BATCH_LINES: Final = """
SELECT line.batch_id, line.line_id, variant.id AS variant_id, variant.sku, line.quantity, accepted, damaged,
    coalesce(sum(place.quantity) FILTER (WHERE place.condition = 'GOOD'), 0)::bigint AS in_transit,
    coalesce(sum(place.quantity) FILTER (WHERE place.condition = 'UNRESOLVED'), 0)::bigint AS unresolved
FROM batch_line AS line
JOIN consignment_line ON consignment_line.id = line.line_id
JOIN variant ON variant.id = consignment_line.variant_id
LEFT JOIN custody_place AS place ON place.batch_id = line.batch_id AND place.line_id = line.line_id
WHERE line.batch_id = ANY ($1::uuid[])
GROUP BY line.batch_id, line.line_id, variant.id
ORDER BY line.batch_id, variant.sku
"""
MOVED_LAST: Final = """
SELECT movement.id, movement.kind, movement.from_condition, movement.to_condition, movement.quantity,
    movement.recorded_at, movement.consignment_id, consignment.code AS consignment_code, movement.batch_id,
    batch.code AS batch_code, variant.sku, vendor.name AS vendor
FROM (
    SELECT consignment_id FROM consignment_state AS state
    WHERE EXISTS (SELECT FROM movement WHERE movement.consignment_id = state.consignment_id)
    ORDER BY moved_at DESC, consignment_id DESC LIMIT 40
) AS lately
CROSS JOIN LATERAL (
    SELECT * FROM movement WHERE movement.consignment_id = lately.consignment_id
    ORDER BY recorded_at DESC, id DESC LIMIT 20
) AS movement
JOIN consignment ON consignment.id = movement.consignment_id
JOIN consignment_line AS line ON line.id = movement.line_id
JOIN variant ON variant.id = line.variant_id
JOIN vendor ON vendor.id = movement.vendor_id
LEFT JOIN batch ON batch.id = movement.batch_id
ORDER BY movement.recorded_at DESC, movement.id DESC LIMIT 20
"""
WAITING: Final = """
SELECT vendor.id, vendor.name, count(*) AS consignments, sum(work.quantity)::bigint AS quantity,
    min(state.waiting_since) AS since
FROM consignment_state AS state
JOIN consignment_leg AS leg ON leg.consignment_id = state.consignment_id AND leg.position = ANY (state.waiting_legs)
JOIN vendor ON vendor.id = leg.vendor_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(place.quantity), 0) AS quantity
    FROM consignment_line AS line JOIN custody_place AS place ON place.line_id = line.id
    WHERE line.consignment_id = leg.consignment_id AND (
        place.leg = leg.position AND place.batch_id IS NULL AND place.condition IN ('PLANNED', 'GOOD')
        OR place.leg = leg.position - 1 AND place.batch_id IS NOT NULL AND place.condition = 'GOOD'
    )
) AS work
WHERE state.status NOT IN ('DELIVERED', 'CANCELED')
GROUP BY vendor.id
ORDER BY since, vendor.id
"""
