"""Orders of lists: each is declared once, for SQL, for cursors and for the public schema."""

import importlib
import pkgutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import SimpleNamespace

import db
from db.keyset import Sort
from db.schemes.tables import SchemeTable


def declared_sorts() -> set[Sort]:
    """All orders that the layer declares."""
    found: set[Sort] = set()
    for module in pkgutil.walk_packages(db.__path__, "db."):
        for value in vars(importlib.import_module(module.name)).values():
            candidates = value.values() if isinstance(value, Mapping) else [value]
            found.update(candidate for candidate in candidates if isinstance(candidate, Sort))
    return found


def test_names_tell_all_orders_apart() -> None:
    """A cursor of one list or order is never taken for one of another: the name is that of the column."""
    names = [sort.name for sort in declared_sorts()]
    assert len(names) > 18
    assert len(set(names)) == len(names)
    assert {"scheme.starts_on asc", "scheme.starts_on desc", "notification.created_at desc"} <= set(names)


def test_a_row_without_a_date_sorts_as_the_index_has_it() -> None:
    """The value in its cursor is what asyncpg sends for PostgreSQL's infinite dates."""
    last = Sort(SchemeTable.starts_on, null_as="infinity")
    first = Sort(SchemeTable.starts_on, null_as="-infinity", descending=True)
    undated = SimpleNamespace(starts_on=None)
    assert (last.value(undated), first.value(undated)) == (date.max, date.min)
    assert last.value(SimpleNamespace(starts_on=date(2026, 3, 1))) == date(2026, 3, 1)
    assert str(last.keys(SchemeTable)[0]) == "coalesce(scheme.starts_on, 'infinity'::date)"


def test_the_type_of_a_cursor_value_is_that_of_the_column() -> None:
    """Moments have a time zone, so a text without one is not a cursor."""
    assert Sort(SchemeTable.starts_on).value_type is date
    assert Sort(SchemeTable.code).value_type is str
    moment = Sort(SchemeTable.updated_at)
    assert moment.value_type.__origin__ is datetime
    assert moment.value_type.__metadata__[0].tz is True
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert moment.value(SimpleNamespace(updated_at=now)) is now
