"""Revisions in the demo data: a draft beside a live scheme, and one that has taken effect."""

from collections import Counter
from datetime import date

from domain.schemes.lifecycle_facts import Decision
from domain.schemes.stages import SchemeStatus, StageKind
from tests.graphql_api.demo.conftest import Demo
from tests.support.demo_template import CALENDAR, NOW


def test_a_running_scheme_has_a_draft_of_a_revision_that_changes_budget_terms_and_rules(demo: Demo) -> None:
    live = demo.scheme("Everyday Workshop Points")
    (draft,) = (found for found in demo.definitions if found.scheme.revises is not None)
    assert draft.scheme.revises == live["id"]
    assert draft.scheme.code == live["code"]
    assert (draft.scheme.revision, live["revision"]) == (2, 1)
    assert draft.scheme.effective_at == CALENDAR.start_of_day(date(2026, 3, 31)) > NOW
    assert draft.submission is None
    (current,) = (stage for stage in demo.stages[NOW] if stage.scheme_id == live["id"] and stage.is_current)
    assert (current.kind, current.status) == (StageKind.RUNNING, SchemeStatus.RUNNING)

    assert [change.field for change in draft.changes] == ["termsMarkdown", "budget", "rules"]
    names = {rule.name: rule.id for rule in draft.content.rules}
    (before,) = (found for found in demo.live if found.scheme.id == live["id"])
    assert names.keys() - {rule.name for rule in before.content.rules} == {
        "Gold and above earn a fifth more",
        "Trained and tested",
    }
    # The changed rule is the same one under another name.
    assert set(names.values()) > {rule.id for rule in before.content.rules}


def test_another_scheme_has_a_revision_in_force(demo: Demo) -> None:
    live = demo.scheme("Everyday Studio Points")
    revisions = [row for row in demo.tables["scheme_revision"] if row["scheme_id"] == live["id"]]
    assert sorted(row["number"] for row in revisions) == [1, 2]
    second = max(revisions, key=lambda row: row["number"])
    assert second["effective_at"] == CALENDAR.start_of_day(date(2026, 1, 19))
    assert second["approved_at"] < second["effective_at"]
    assert live["revision"] == 2
    (applied,) = (row for row in demo.tables["scheme"] if row["revises"] == live["id"])
    assert 0 < (applied["applied_at"] - second["effective_at"]).total_seconds() <= 5
    (found,) = (found for found in demo.live if found.scheme.id == live["id"])
    assert [rule.name for rule in found.content.rules] == [
        "Detailers who posted their work",
        "Shampoo by the five liters",
        "Weekend boost",
        "Happy hours",
        "The more at once, the more for each",
    ]


def test_every_approved_scheme_has_its_first_revision(demo: Demo) -> None:
    approved = {row["scheme_id"] for row in demo.tables["scheme_revision"] if row["number"] == 1}
    decided = Counter(row["decision"] for row in demo.tables["scheme_submission"] if row["scheme_id"] in approved)
    assert approved == {row["id"] for row in demo.schemes if row["approved_at"] is not None}
    assert decided[Decision.REJECTED] == 0
