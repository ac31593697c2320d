"""The demo data have imports, expired points, and settlements, one with a failed payout (R20, R22)."""

import re
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.imports.facts import ImportPhase
from domain.jobs.facts import JobKind, JobStatus
from domain.points.ledger import LedgerAccount, PointsEntryKind
from domain.settlements.facts import SettlementStatus
from graphql_api.demo.history.expiring import EXPIRING
from graphql_api.demo.history.import_plan import MISTAKES
from graphql_api.demo.history.importing import GOOD_FILE, HALF_GOOD_FILE
from graphql_api.demo.history.settling import PAYING, SETTLED, SettledPlan
from tests.graphql_api.demo.conftest import Demo
from tests.support.demo_template import NOW

pytestmark = pytest.mark.long


def _settlements(demo: Demo, plan: SettledPlan = SETTLED) -> list[dict[str, Any]]:
    scheme_id = demo.scheme(plan.title)["id"]
    found = [row for row in demo.tables["settlement"] if row["scheme_id"] == scheme_id]
    return sorted(found, key=lambda row: row["number"])


def _lines(demo: Demo, settlement: dict[str, Any]) -> list[dict[str, Any]]:
    found = [row for row in demo.tables["settlement_line"] if row["settlement_id"] == settlement["id"]]
    return sorted(found, key=lambda row: row["ecp"])


def test_an_ended_scheme_is_settled_but_for_a_failed_payout(demo: Demo) -> None:
    first, _ = _settlements(demo)
    assert (first["status"], first["paid_lines"], first["failed_lines"]) == (SettlementStatus.SETTLED, 2, 1)
    lines = _lines(demo, first)
    assert Counter(row["status"] for row in lines) == {"CARRIED_OVER": 10, "PAID": 2, "FAILED": 1}
    assert {row["carry_reason"] for row in lines if row["status"] == "CARRIED_OVER"} == {"BELOW_MINIMUM"}
    (failed,) = (row for row in lines if row["status"] == "FAILED")
    assert (failed["points"], failed["amount"], failed["reference"]) == (66, Decimal("16.50"), "PAY-000001")
    assert first["amount"] == sum(row["amount"] for row in lines if row["amount"]) == Decimal("28.00")
    # Proposed by a manager, and approved by somebody else.
    assert first["made_by"] != first["decided_by"]


def test_the_failed_payout_is_in_a_supplementary_settlement_that_waits_for_approval(demo: Demo) -> None:
    first, second = _settlements(demo)
    assert (second["number"], second["status"], second["decided_by"]) == (2, SettlementStatus.PROPOSED, None)
    (failed,) = (row["ecp"] for row in _lines(demo, first) if row["status"] == "FAILED")
    (pending,) = (row for row in _lines(demo, second) if row["status"] == "PENDING")
    assert (pending["ecp"], pending["points"]) == (failed, 66)


def test_another_scheme_waits_for_its_payouts(demo: Demo) -> None:
    (only,) = _settlements(demo, PAYING)
    assert (only["status"], only["points"], only["amount"]) == (SettlementStatus.PAYING, 60, Decimal("18.00"))
    assert [row["status"] for row in _lines(demo, only)] == ["PENDING"] * 3


def test_points_of_a_scheme_expired_and_more_will_within_30_days(demo: Demo) -> None:
    """By the job, which announced them before; what is left of the scheme is younger than the days of its terms."""
    assert {row["title"] for row in demo.schemes if row["points_expire_after_days"]} == {EXPIRING}
    entries = [row for row in demo.tables["points_entry"] if row["kind"] == PointsEntryKind.EXPIRY]
    (scheme,) = {row["scheme"] for row in entries}
    accounts = [row for row in demo.tables["points_account"] if row["scheme"] == scheme]
    assert sum(row["points"] for row in entries) == sum(row["expired"] for row in accounts) > 0
    left = [row["expires_next"] for row in accounts if row["available"] > 0 and row["expires_next"]]
    assert min(left) >= NOW - timedelta(days=61)
    assert [at for at in left if at < NOW - timedelta(days=30)]
    facts = [row["fact"] for row in demo.tables["notification"] if row["kind"] == "POINTS_EXPIRING"]
    assert any('"pointsExpiring"' in fact for fact in facts)


def test_points_of_the_settled_scheme_are_available_paid_or_returned_once(demo: Demo) -> None:
    (first, _), moved = _settlements(demo), Counter[tuple[int, int]]()
    lines = {row["id"]: row for row in _lines(demo, first)}
    for row in demo.tables["points_entry"]:
        if row["settlement_line_id"] in lines:
            assert row["kind"] == PointsEntryKind.SETTLEMENT
            moved[row["debit"], row["credit"]] += row["points"]
    assert moved == {
        (LedgerAccount.AVAILABLE, LedgerAccount.SETTLING): 112,
        (LedgerAccount.SETTLING, LedgerAccount.PAID): 46,
        (LedgerAccount.SETTLING, LedgerAccount.AVAILABLE): 66,
    }


def test_an_import_recorded_every_sale_and_another_one_half_of_them(demo: Demo) -> None:
    imports = {row["source"]: row for row in demo.tables["sales_import"]}
    assert imports.keys() == {GOOD_FILE.source, HALF_GOOD_FILE.source}
    for row in imports.values():
        assert (row["phase"], row["error"], row["lines_read"]) == (ImportPhase.FINISHED, None, GOOD_FILE.sales + 1)
    assert (imports[GOOD_FILE.source]["delimiter"], imports[HALF_GOOD_FILE.source]["delimiter"]) == (",", ";")
    assert _recorded(demo, imports[GOOD_FILE.source]) == (GOOD_FILE.sales, 0)
    assert _recorded(demo, imports[HALF_GOOD_FILE.source]) == (GOOD_FILE.sales // 2, GOOD_FILE.sales // 2)
    jobs = [row for row in demo.tables["job"] if row["kind"] == JobKind.SALES_IMPORT]
    assert [(row["status"], row["failures"]) for row in jobs] == [(JobStatus.SUCCEEDED, 0)] * 2


def _recorded(demo: Demo, imported: dict[str, Any]) -> tuple[int, int]:
    """How many sales of an import were recorded, and how many were rejected."""
    streams = [row for row in demo.tables["sales_import_stream"] if row["import_id"] == imported["id"]]
    rejected = sum(row["rejected"] for row in streams) + imported["rejected"]
    return sum(row["recorded"] for row in streams), rejected


def test_rejected_rows_have_their_lines_and_reasons_and_a_file(demo: Demo) -> None:
    rejections = sorted(demo.tables["sales_import_rejection"], key=lambda row: row["line"])
    # The header is the first line, and every other row has a mistake.
    assert [row["line"] for row in rejections] == list(range(3, GOOD_FILE.sales + 2, 2))
    # Reasons name their lines.
    assert len({re.sub(r"line \d+", "", row["reason"]) for row in rejections}) == len(MISTAKES)
    assert rejections[0]["reason"] == (
        "There is no ECP with the code or alias “ECP-000000”. Register the ECP, add an alias, or correct the sale."
    )
    (imported,) = (row for row in demo.tables["sales_import"] if row["source"] == HALF_GOOD_FILE.source)
    (file,) = (row for row in demo.tables["stored_file"] if row["id"] == imported["rejected_file_id"])
    assert file["name"] == f"rejected-{HALF_GOOD_FILE.source}.csv"
    assert rejections[0]["import_id"] == imported["id"]


def test_a_manager_tries_the_draft_revision_on_the_sales_until_now(demo: Demo) -> None:
    (simulation,) = demo.tables["simulation"]
    (draft,) = (found.scheme for found in demo.definitions if found.scheme.revises is not None)
    assert simulation["scheme_id"] == draft.id
    # A server runs the job.
    (job,) = (row for row in demo.tables["job"] if row["kind"] == "SIMULATION")
    assert (job["status"], job["id"]) == (JobStatus.QUEUED, simulation["job_id"])
