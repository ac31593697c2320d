"""Every page of a long list of schemes costs the same: plans and buffers of the statements over 40,000 schemes."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from db.schemes.pages import SORTS, SchemeFilters, scheme_page
from db.statement import Statement
from db.work.reads import queue_counts
from domain.queue_keys import WorkQueueKey
from domain.schemes.facts import SchemeOrder
from domain.viewers import SchemeScope
from domain.work.queues import QUEUES
from tests.support.databases import Cleaner
from tests.support.filled_database import filled_database
from tests.support.plans import buffers, explained, kinds, nodes

pytestmark = pytest.mark.long

SCHEMES = 40_000
PAGE = 50
NOW = datetime(2026, 6, 1, tzinfo=UTC)
MANAGER = UUID(int=1)
SEEING = (SchemeScope.APPROVED, SchemeScope.SUBMITTED, SchemeScope.ALL)
NO_FILTERS = SchemeFilters()

# 40 % are approved, one in four hundred waits for an approver, the others are drafts; every eleventh has no dates yet.
# Rows lie in the order of their creation; their ids, titles, updates and starts are all over the place.
FILL = f"""
INSERT INTO account (id, display_name, created_at, sort_name, search_words)
VALUES ('{MANAGER}', 'Manager', '2026-01-01Z', 'manager', 'manager');
INSERT INTO scheme (
    id, code, revision, title, earning_channels, starts_on, ends_on, terms_version, materials, content_hash,
    submitted_at, approved_at, created_by, created_at, updated_at, sort_title, search_words)
SELECT
    md5(n::text)::uuid, 'SCH-2026-' || lpad(n::text, 6, '0'), 1, 'Campaign ' || (n * 7919 % 50000), '{{SALE}}',
    CASE WHEN n % 11 > 0 THEN DATE '2026-01-01' + n * 31 % 701 END,
    CASE WHEN n % 11 > 0 THEN DATE '2029-01-01' END, 0, '[]', 'sha256:',
    CASE WHEN n % 5 < 2 OR n % 400 = 3 THEN '2026-02-01Z'::timestamptz END,
    CASE WHEN n % 5 < 2 THEN '2026-02-02Z'::timestamptz END,
    '{MANAGER}', '2026-01-01Z'::timestamptz + n * interval '1 second',
    '2026-03-01Z'::timestamptz + n * 7919 % 99991 * interval '1 minute',
    convert_to('campaign ' || (n * 7919 % 50000), 'UTF8'), to_tsvector('simple', 'campaign ' || (n * 7919 % 50000))
FROM generate_series(1, {SCHEMES}) AS n;
INSERT INTO scheme_stage (
    scheme_id, kind, valid_from, valid_until, position, state, status, since, done, total, blocked_by, is_current)
SELECT id, words[1], created_at, '9999-12-31Z', 1, 'PENDING', words[2], created_at, 0, 1, '[]', true
FROM scheme, LATERAL (
    SELECT CASE
        WHEN approved_at IS NOT NULL THEN ARRAY['COUPON_GENERATION', 'COUPONS_NOT_GENERATED']
        WHEN submitted_at IS NOT NULL THEN ARRAY['APPROVAL', 'APPROVAL_PENDING']
        ELSE ARRAY['DEFINITION', 'STEP_PENDING'] END AS words) AS stage;
INSERT INTO scheme_submission (
    scheme_id, number, content_hash, content, acknowledged_warnings, submitted_by, submitted_at)
SELECT id, 1, 'sha256:', '{{}}', '{{}}', '{MANAGER}', submitted_at FROM scheme WHERE submitted_at IS NOT NULL;
"""
TABLES = "scheme, scheme_stage, scheme_submission"


@pytest.fixture(scope="module")
async def connection(database_url: str, cleaner: Cleaner) -> AsyncIterator[Any]:
    """A connection to a database with many schemes."""
    async with filled_database(database_url, cleaner, FILL, TABLES, long=("scheme", "scheme_stage")) as opened:
        yield opened


@pytest.mark.parametrize("scope", SEEING)
@pytest.mark.parametrize("order", SchemeOrder)
async def test_every_page_is_read_off_an_index(connection: Any, order: SchemeOrder, scope: SchemeScope) -> None:
    """Neither the first page nor one in the middle nor the last one sorts or reads the whole table."""
    for place, (statement, arguments) in (await _pages(connection, order, scope)).items():
        plan = await explained(connection, statement, arguments)
        (scan,) = [node for node in nodes(plan) if node.get("Relation Name") == "scheme"]
        assert scan["Node Type"] == "Index Scan", f"{place}: {scan}"
        # Codes are unique: sorting those that are equal by their ids sorts single rows.
        presorted = [node["Presorted Key"] for node in nodes(plan) if node["Node Type"] == "Incremental Sort"]
        assert presorted in ([], [["code"]]), f"{place}: {presorted}"
        assert kinds(plan) <= {"Limit", "Index Scan", "Incremental Sort"}, f"{place}: {kinds(plan)}"
        if "after" in place:
            assert scan["Index Cond"].startswith(("(ROW(", "(code >=")), f"{place}: the cursor does not start the scan"


@pytest.mark.parametrize("scope", SEEING)
@pytest.mark.parametrize("order", SchemeOrder)
async def test_the_last_page_touches_as_little_as_the_first(
    connection: Any, order: SchemeOrder, scope: SchemeScope
) -> None:
    """Depth does not count: the last page reads at most three times the buffers of the first."""
    pages = await _pages(connection, order, scope)
    touched = {place: await buffers(connection, *page) for place, page in pages.items()}
    for place in ("middle, after", "last, after", "last, backward"):
        assert touched[place] <= 3 * touched["first"], touched
    assert max(touched.values()) < SCHEMES / 100, touched


@pytest.mark.parametrize("order", SchemeOrder)
async def test_pages_are_planned_for_their_arguments_each_time(connection: Any, order: SchemeOrder) -> None:
    """A prepared statement that is used again and again never falls back to a plan for any arguments."""
    statement, arguments = (await _pages(connection, order, SchemeScope.ALL))["middle, after"]
    prepared = await connection.prepare(statement.sql)
    for _ in range(8):
        assert len(await prepared.fetch(*arguments)) == PAGE
    used = "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE name = $1"
    assert tuple(await connection.fetchrow(used, prepared.get_name())) == (8, 0)


async def test_a_viewer_without_schemes_reads_no_row(connection: Any) -> None:
    """R25: a vendor's list of schemes is empty without reading one of them."""
    statement = scheme_page(SchemeScope.NONE, NO_FILTERS, SchemeOrder.CODE_ASC, backward=False, resumed=False)
    arguments = statement.arguments({"limit": PAGE})
    assert await connection.fetch(statement.sql, *arguments) == []
    assert await buffers(connection, statement, arguments) == 0


@pytest.mark.parametrize("order", SchemeOrder)
async def test_pages_meet_without_gap_or_overlap(connection: Any, order: SchemeOrder) -> None:
    """The page before the middle, read backward, ends right before it."""
    middle = await _row_at(connection, order, SCHEMES // 2)
    before = await _fetch(connection, order, middle, backward=True)
    first = await _row_at(connection, order, SCHEMES // 2 - PAGE)
    again = await _fetch(connection, order, first, backward=False)
    assert [row.id for row in before[::-1]][1:] == [row.id for row in again][: PAGE - 1]
    assert again[PAGE - 1].id == middle.id


@pytest.mark.parametrize("order", SchemeOrder)
async def test_reading_on_reaches_the_last_row(connection: Any, order: SchemeOrder) -> None:
    """The schemes at the end of an order, those without a start among them, are found by reading on like all others."""
    rows = [await _row_at(connection, order, SCHEMES - 2 * PAGE - 20)]
    sizes = []
    while page := await _fetch(connection, order, rows[-1], backward=False):
        rows += page
        sizes.append(len(page))
    assert sizes == [PAGE, PAGE, 19]
    (statement, arguments) = (await _pages(connection, order, SchemeScope.ALL))["last, backward"]
    last = [statement.row(*row) for row in await connection.fetch(statement.sql, *arguments)]
    assert [row.id for row in last[::-1]] == [row.id for row in rows[-PAGE:]]


@pytest.mark.parametrize(
    ("kind", "status", "scope", "others_only"),
    [
        ("APPROVAL", "APPROVAL_PENDING", SchemeScope.SUBMITTED, True),
        ("DEFINITION", "STEP_PENDING", SchemeScope.ALL, False),
        ("DEFINITION", "CHANGES_REQUESTED", SchemeScope.ALL, False),
        ("COUPON_GENERATION", "COUPONS_NOT_GENERATED", SchemeScope.APPROVED, False),
    ],
)
async def test_the_list_of_a_queue_uses_an_index_of_the_stages(
    connection: Any, kind: str, status: str, scope: SchemeScope, *, others_only: bool
) -> None:
    """R10: a queue of 100 schemes, an empty one and one of 60,000 are all listed without reading a whole table."""
    filters = SchemeFilters(queue=True, others_only=others_only)
    statement = scheme_page(scope, filters, SchemeOrder.UPDATED_AT_DESC, backward=False, resumed=False)
    values: dict[str, Any] = {"queue_kind": kind, "queue_status": status, "now": NOW, "limit": PAGE}
    if others_only:
        values["viewer_id"] = UUID(int=2)
    arguments = statement.arguments(values)
    plan = await explained(connection, statement, arguments)
    stages = [node for node in nodes(plan) if node.get("Relation Name") == "scheme_stage"]
    assert stages
    scanned = {node["Relation Name"] for node in nodes(plan) if node["Node Type"] == "Seq Scan"}
    # The program is one row.
    assert scanned <= {"program"}, kinds(plan)
    used = {node.get("Index Name") for node in nodes(plan)}
    assert used & {"ix_scheme_stage__kind_status", "pk_scheme_stage"}, used
    assert await buffers(connection, statement, arguments) < SCHEMES / 50


async def test_a_small_queue_is_found_by_kind_and_status(connection: Any) -> None:
    """R10: 100 schemes wait for an approver; their stages are found first, by the index made for that."""
    filters = SchemeFilters(queue=True, others_only=True)
    statement = scheme_page(SchemeScope.ALL, filters, SchemeOrder.UPDATED_AT_DESC, backward=False, resumed=False)
    values = {"queue_kind": "APPROVAL", "queue_status": "APPROVAL_PENDING", "now": NOW, "viewer_id": UUID(int=2)}
    arguments = statement.arguments({**values, "limit": PAGE})
    plan = await explained(connection, statement, arguments)
    assert "ix_scheme_stage__kind_status" in {node.get("Index Name") for node in nodes(plan)}
    assert len(await connection.fetch(statement.sql, *arguments)) == PAGE
    own = statement.arguments({**values, "viewer_id": MANAGER, "limit": PAGE})
    assert await connection.fetch(statement.sql, *own) == []


async def test_the_counts_of_small_queues_use_the_index_of_the_stages(connection: Any) -> None:
    """R10: what the approver sees on every landing page."""
    queue = next(queue for queue in QUEUES if queue.key is WorkQueueKey.APPROVAL_PENDING)
    statement = queue_counts(SchemeScope.SUBMITTED, (queue,))
    arguments = statement.arguments({"viewer_id": UUID(int=2), "now": NOW})
    ((key, count, _since),) = await connection.fetch(statement.sql, *arguments)
    assert (key, count) == ("APPROVAL_PENDING", 100)
    plan = await explained(connection, statement, arguments)
    assert "ix_scheme_stage__kind_status" in {node.get("Index Name") for node in nodes(plan)}


async def _pages(
    connection: Any, order: SchemeOrder, scope: SchemeScope
) -> dict[str, tuple[Statement[Any], list[Any]]]:
    """The first page, one in the middle, the last one behind a cursor, and the last one read from the end."""
    pages = {}
    for place, backward, skipped in (
        ("first", False, None),
        ("middle, after", False, SCHEMES // 2),
        ("last, after", False, SCHEMES - 5 * PAGE),
        ("last, backward", True, None),
    ):
        resumed = skipped is not None
        cursor = {} if skipped is None else _cursor(order, await _row_at(connection, order, skipped))
        statement = scheme_page(scope, NO_FILTERS, order, backward=backward, resumed=resumed)
        pages[place] = (statement, statement.arguments({"limit": PAGE, **cursor}))
    return pages


async def _row_at(connection: Any, order: SchemeOrder, offset: int) -> Any:
    statement = scheme_page(SchemeScope.ALL, NO_FILTERS, order, backward=False, resumed=False)
    arguments = statement.arguments({"limit": 1})
    return statement.row(*await connection.fetchrow(f"{statement.sql} OFFSET {offset}", *arguments))


async def _fetch(connection: Any, order: SchemeOrder, cursor: Any, *, backward: bool) -> list[Any]:
    statement = scheme_page(SchemeScope.ALL, NO_FILTERS, order, backward=backward, resumed=True)
    arguments = statement.arguments({"limit": PAGE, **_cursor(order, cursor)})
    return [statement.row(*row) for row in await connection.fetch(statement.sql, *arguments)]


def _cursor(order: SchemeOrder, row: Any) -> dict[str, Any]:
    value = SORTS[order].value(row)
    assert isinstance(value, datetime | date | str | bytes)
    return {"cursor_value": value, "cursor_id": row.id}
