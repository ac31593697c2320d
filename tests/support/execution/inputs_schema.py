"""A schema with inputs that the real one lacks: big lists, defaults of every kind, and types that are not covered."""

import enum
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, NewType

import strawberry
from graphql import Undefined
from strawberry import UNSET, relay
from strawberry.extensions import FieldExtension
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig

from schema.scalars import SCALARS

Even = NewType("Even", int)


def parse_even(value: Any) -> Any:
    """Reject by returning Undefined, as graphql-core allows it."""
    return value if isinstance(value, int) and value % 2 == 0 else Undefined


@strawberry.enum
class Channel(enum.Enum):
    """Where something was sold. Its values are not its names."""

    SHOP = "in a shop"
    WEB = 7


@strawberry.input
class SaleLineInput:
    """A part of a sale."""

    sku: str
    quantity: int = 1


@strawberry.input
class SaleInput:
    """A sale."""

    external_id: strawberry.ID
    ecp: str
    quantity: int
    sold_at: datetime
    unit_price: Decimal
    channel: Channel
    note: str | None = None
    lines: list[SaleLineInput] | None = None


@strawberry.input
class RecordSalesInput:
    """Many sales."""

    source: str
    sales: list[SaleInput]


@strawberry.input(one_of=True)
class WhichInput:
    """One of several."""

    text: str | None = UNSET
    price: Decimal | None = UNSET
    numbers: list[int] | None = UNSET
    not_: "WhichInput | None" = strawberry.field(name="not", default=UNSET)


@strawberry.input
class OddInput:
    """Lists, scalars and defaults of all kinds."""

    ratio: float
    grid: list[list[int | None]] | None
    ratios: list[float | None] = strawberry.field(default_factory=lambda: [0.5, None])
    channels: list[Channel] = strawberry.field(default_factory=lambda: [Channel.WEB])
    channel: Channel = Channel.SHOP
    many: list[SaleLineInput] = strawberry.field(default_factory=lambda: [SaleLineInput(sku="A")])
    line: SaleLineInput = strawberry.field(default_factory=lambda: SaleLineInput(sku="B", quantity=2))
    written: SaleLineInput = strawberry.field(default_factory=lambda: {"sku": "C"})
    even: Even | None = None
    price: Decimal | None = UNSET
    anything: JSON | None = None
    certainly: JSON = strawberry.field(default_factory=dict)
    from_: str | None = strawberry.field(name="from", default="here")
    which: WhichInput | None = None
    inner: "OddInput | None" = None
    inners: list["OddInput | None"] | None = UNSET
    is_it: bool = True


@strawberry.input
class MaybeInput:
    """Strawberry wraps what is given, so this is not covered."""

    text: strawberry.Maybe[str]


@strawberry.input
class WithMaybeInput:
    """It contains what is not covered."""

    inner: MaybeInput | None = None


@strawberry.input
class GlobalIdInput:
    """Strawberry decodes such ids, so this is not covered."""

    ids: list[relay.GlobalID]


@strawberry.input
class PickyInput:
    """Its constructor rejects what GraphQL allows."""

    percent: int

    def __post_init__(self) -> None:
        if self.percent > 100:
            message = "Too much."
            raise ValueError(message)


InArgument = Annotated[list[Channel] | None, strawberry.argument(name="in")]


EVEN = strawberry.scalar(name="Even", serialize=int, parse_value=parse_even)


class Shouting(FieldExtension):
    """An extension, which may do anything with the arguments."""

    def resolve(self, next_: Any, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        """Change the answer."""
        return next_(source, info, **kwargs).upper()


@strawberry.type
class Query:
    """Every field answers what its resolver was called with."""

    @strawberry.field
    async def sales(self, info: strawberry.Info, input: RecordSalesInput, first: int = 3) -> str:
        """One input, and an argument with a default."""
        return repr((input, first, info.field_name))

    @strawberry.field
    def odd(self, by: OddInput | None = None, in_: InArgument = None, other: OddInput | None = UNSET) -> str:
        """Optional inputs."""
        return repr((by, in_, other))

    @strawberry.field(extensions=[Shouting()])  # type: ignore[untyped-decorator] # with extensions it has no types
    def loud(self, by: WhichInput) -> str:
        """A field with an extension."""
        return repr(by)

    @strawberry.field
    def uncovered(self, by: WithMaybeInput, key: relay.GlobalID, ids: GlobalIdInput) -> str:
        """Nothing that is decoded."""
        return repr((by, key, ids))

    @strawberry.field
    def picky(self, by: PickyInput) -> str:
        """An input with a constructor of its own."""
        return repr(by)


def build_inputs_schema() -> strawberry.Schema:
    """The schema."""
    return strawberry.Schema(Query, config=StrawberryConfig(scalar_map={**SCALARS, Even: EVEN}))
