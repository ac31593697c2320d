"""The rows and loaders beneath the synthetic schema, which fail where a test says so."""

import asyncio
import enum
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType, SimpleNamespace
from typing import Any

import strawberry
from msgspec import Struct

from tests.support.execution.faults import Fault, Faults, answers_with, value_with


class Thing(SimpleNamespace):
    """A row."""

    def __hash__(self) -> int:  # type: ignore[override] # rows are keys of sets
        return hash(self.number)

    def __repr__(self) -> str:
        return f"Thing({self.number})"


class Circle(Struct, frozen=True):
    """A row of a union."""

    radius: float


class Square(Struct, frozen=True):
    """Another row of the union."""

    side: int
    label: str | None = None


class Color(enum.StrEnum):
    """An enum of texts."""

    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    """An enum of numbers."""

    LOW = 1
    HIGH = 2


class Mood(enum.Enum):
    """An enum of anything."""

    GOOD = ("good", 1)
    BAD = ("bad", 0)


strawberry.enum(Color)
strawberry.enum(Level)
strawberry.enum(Mood)


class World:
    """What an operation carries: faults, how often each loader was called and with what, a number to change.

    With a `gate` loaders wait until it is opened.
    """

    def __init__(self, faults: Faults = MappingProxyType({})) -> None:
        self.loaders: dict[Any, Any] = {}
        self.faults = faults
        self.calls: Counter[str] = Counter()
        self.keys: list[tuple[str, list[Any]]] = []
        self.total = 0
        self.gate: asyncio.Future[None] | None = None

    def thing(self, number: int) -> Thing:
        """The row of a number, with its faults."""
        values = _values(number, self.faults)
        for name, value in list(values.items()):
            fault = self.faults.get((name, number)) or self.faults.get((name, None))
            if fault is Fault.MISSING:
                del values[name]
            elif fault is not None:
                values[name] = value_with(fault, value)
        return Thing(**values)


def _values(number: int, faults: Faults) -> dict[str, Any]:
    return {
        "number": number,
        "title": f"Thing {number}",
        "note": None if number % 2 else f"Note {number}",
        "ratio": number / 4,
        "price": Decimal(number) / 2,
        "size": 2**40 + number,
        "made": datetime(2026, 3, number % 28 + 1, 9, 30, tzinfo=UTC),
        "day": date(2026, 3, number % 28 + 1),
        "blob": {"b": [number, None], "a": "x"},
        "color": Color.RED if number % 2 else "blue",
        "level": Level.HIGH if number % 2 else None,
        "mood": Mood.GOOD if number % 2 else Mood.BAD,
        "colors": [Color.BLUE, "red"][: number % 3],
        "tags": [f"tag {index}" for index in range(number % 3)],
        "loose_tags": None if number % 2 else ["x", None],
        "matrix": [[number, 1], [], [2]],
        "loose_matrix": [None, [None, number]] if number % 2 else None,
        "hidden": f"hidden {number}",
        "owner_id": None if number % 3 == 0 else number + 10,
        "must_owner_id": number + 20,
        "friend_ids": [number + 1, number + 2, number + 1][: number % 4],
        "loose_friend_ids": None if number % 2 else [number + 5],
        "parts": [Square(number, "p"), Square(2)][: number % 3],
        "loose_parts": [Square(1), None] if number % 2 else None,
        "grid": [[Square(1), Square(number)], [], [Square(3)]],
        "loose_grid": [None, [None, Square(number)]] if number % 2 else [],
        "shape": Square(number) if number % 2 else Circle(1.5),
        "shapes": [Circle(0.5), Square(1), Circle(2.5), None][: number % 5],
        "faults": faults,
    }


def computing(name: str, value: Any) -> Any:
    def compute(row: Any) -> Any:
        fault = row.faults.get((name, row.number)) or row.faults.get((name, None))
        return value(row) if fault is None else value_with(fault, value(row))

    return compute


async def _asked(world: World, name: str, keys: Sequence[Any], given: Hashable = None) -> list[Any]:
    world.calls[name] += 1
    world.keys.append((name, list(keys)))
    if world.gate is not None:
        await world.gate
    return answers_with(world.faults.get((name, None)), keys, lambda key: _loader_answer(world, name, key, given))


def _loader_answer(world: World, name: str, key: Any, given: Any) -> Any:
    if name == "children":
        first, tag = given
        return [world.thing(key * 2 + index) for index in range(min(first, 20))] if tag != "none" else []
    if name == "weight":
        return key * 100
    return world.thing(key)


async def owners_by_id(world: World, keys: Sequence[int]) -> list[Any]:
    """Owners by id; two fields share this loader."""
    return await _asked(world, "owners", keys)


async def must_owners_by_id(world: World, keys: Sequence[int]) -> list[Any]:
    """Owners by id, for the field that may not be null."""
    return await _asked(world, "must_owners", keys)


async def friends_by_id(world: World, keys: Sequence[int]) -> list[Any]:
    """Friends by id."""
    return await _asked(world, "friends", keys)


async def weights_by_number(world: World, keys: Sequence[int]) -> list[Any]:
    """Weights by number."""
    return await _asked(world, "weight", keys)


async def children_by_number(world: World, keys: Sequence[int], given: Hashable) -> list[Any]:
    """Children by number, as many as `given` says."""
    return await _asked(world, "children", keys, given)


async def totals_by_number(world: World, keys: Sequence[int]) -> list[Any]:
    """Return the current totals by number."""
    world.calls["totals"] += 1
    return answers_with(world.faults.get(("totals", None)), keys, lambda _key: world.total)


def children_arguments(first: int = 2, tag: str | None = None) -> tuple[int, str | None]:
    """The arguments of children. Raises ValueError for less than none of them."""
    if first < 0:
        message = "Less than none."
        raise ValueError(message)
    return first, tag


def picked(name: str) -> Any:
    def pick(row: Any) -> Any:
        if row is None:
            return None
        fault = row.faults.get((f"pick {name}", None))
        return getattr(row, name) if fault is None else value_with(fault, getattr(row, name))

    return pick


def fault_places() -> Mapping[tuple[str, int | None], str]:
    """Where a fault can be put, each with the kind of place: an attribute, a function, a loader, or a root."""
    attributes = dict.fromkeys((name for name in _values(1, {}) if name not in {"number", "faults"}), "attribute")
    functions = dict.fromkeys(("doubled", "remark", "perhaps", "named", "pick title"), "function")
    loaders = dict.fromkeys(("owners", "must_owners", "friends", "weight", "children"), "loader")
    roots = dict.fromkeys(("things", "loose_things", "thing", "named", "count", "plane"), "function")
    return {(name, None): kind for name, kind in {**roots, **attributes, **functions, **loaders}.items()}
