"""Areas register themselves: each is listed once, and no two of them declare the same thing."""

from collections import Counter
from importlib import import_module
from pathlib import Path

import schema
from domain.node_kinds import NodeKind
from schema.build import AREAS, LEADER_TASKS
from schema.viewer import AREA as VIEWER

(ROOT,) = (Path(path) for path in schema.__path__)


def test_every_area_is_listed() -> None:
    """Otherwise its root fields would be missing without an error."""
    declared = [import_module(f"schema.{path.parent.name}.area").AREA for path in sorted(ROOT.glob("*/area.py"))]
    assert [*declared, VIEWER] == list(AREAS)


def test_an_area_with_root_fields_or_errors_declares_itself() -> None:
    with_shelves = {path.parent.name for shelf in ("fields", "errors") for path in ROOT.glob(f"*/{shelf}.py")}
    # EPCIS and imports may have background work only.
    assert with_shelves | {"epcis", "imports"} == {path.parent.name for path in ROOT.glob("*/area.py")}


def test_no_two_areas_declare_the_same_root_field() -> None:
    """The roots inherit from the areas, so that one field would hide the other."""
    for root in ("queries", "mutations", "subscriptions"):
        names = Counter(
            field.name
            for area in AREAS
            for fields in getattr(area, root)
            for field in fields.__strawberry_definition__.fields
        )
        assert [name for name, times in names.items() if times > 1] == []


def test_every_kind_of_node_has_one_loader() -> None:
    assert sorted(kind for area in AREAS for kind in area.nodes) == sorted(NodeKind)


def test_leader_tasks_have_names_of_their_own() -> None:
    """Logs name the task that failed."""
    assert len({task.name for task in LEADER_TASKS}) == len(LEADER_TASKS) == 12
