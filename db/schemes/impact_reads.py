"""Statements that find the schemes that a change of the catalog affects.

Those are the contents that value sales from now on: of approved schemes that have not ended, of approved revisions that
take effect later, and of submissions that wait for approval. Each has rows of its own in the tables of schemes.
"""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Date, Text, bindparam, column, text

from db.statement import Statement, uuids


class AffectedSchemeRow(Struct, frozen=True):
    """A scheme, or a revision that is not in effect yet; `state` is an AffectedState."""

    id: UUID
    live_id: UUID
    code: str
    revision: int
    title: str
    state: str


_SCHEMES: Final = """
SELECT id, coalesce(revises, id) AS live_id, code, revision, title, CASE
    WHEN approved_at IS NULL THEN 'SUBMITTED' WHEN revises IS NULL THEN 'IN_FORCE' ELSE 'SCHEDULED'
END AS state
FROM scheme
WHERE rejected_at IS NULL AND applied_at IS NULL AND (ends_on IS NULL OR ends_on >= :today)
    AND (approved_at IS NOT NULL OR (
        SELECT decision IS NULL AND content_hash = scheme.content_hash
            AND effective_at IS NOT DISTINCT FROM scheme.effective_at
        FROM scheme_submission WHERE scheme_id = scheme.id ORDER BY number DESC LIMIT 1
    ))
    AND {condition}
ORDER BY code, revision
"""
_MATCHING: Final = "SELECT scheme_id FROM bonus_rule WHERE document @? CAST(:mentions AS jsonpath)"
_BY_RULES: Final = f"id IN ({_MATCHING})"
_INCLUDES: Final = "EXISTS (SELECT FROM scheme_geography WHERE scheme_id = scheme.id AND geography_id = ANY({places}))"
_BEFORE, _AFTER = _INCLUDES.format(places=":before"), _INCLUDES.format(places=":after")
# A UNION, because PostgreSQL reads all schemes for an OR of two subqueries.
_IN_PLACES: Final = "SELECT scheme_id FROM scheme_geography WHERE geography_id = ANY(:changed)"
_BY_PLACES: Final = f"""id IN ({_IN_PLACES} UNION {_MATCHING})
    AND ({_BEFORE} <> {_AFTER} OR ({_BEFORE} AND {_BY_RULES}))"""
_BY_PRODUCTS: Final = f"""{_BY_RULES} AND EXISTS (
        SELECT FROM scheme_variant JOIN variant ON variant.id = variant_id
        WHERE scheme_id = scheme.id AND product_id = ANY(:products)
    )"""


def _statement(condition: str, *parameters: Any) -> Statement[AffectedSchemeRow]:
    query = text(_SCHEMES.format(condition=condition)).bindparams(
        bindparam("today", type_=Date(), required=True), bindparam("mentions", type_=Text(), required=True), *parameters
    )
    names = AffectedSchemeRow.__struct_fields__
    return Statement(query.columns(*(column(name) for name in names)), AffectedSchemeRow)


# With a rule that matches the path `mentions`.
AFFECTED_BY_RULES: Final = _statement(_BY_RULES)
# That include one of the geographies `before` but none of those `after`, or the reverse; or both, and have a matching
# rule.
AFFECTED_BY_PLACES: Final = _statement(_BY_PLACES, uuids("before"), uuids("after"), uuids("changed"))
# With a matching rule and a variant of one of the `products`.
AFFECTED_BY_PRODUCTS: Final = _statement(_BY_PRODUCTS, uuids("products"))


def mentions(field: str, ids: Collection[UUID]) -> str:
    """A JSON path to rules with a clause whose `field` is or contains one of the ids."""
    wanted = " || ".join(f'@ == "{key}"' for key in sorted(ids)) or "false"
    return f"$.**.{field} ? ({wanted})"
