"""A step of the demo data: something that one person does at one moment, and what it needs."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from msgspec import Struct

from db.sessions import Writing
from domain.viewers import Viewer
from graphql_api.context import Environment
from graphql_api.demo.accounts.people import Person
from graphql_api.demo.catalog.catalog import Catalog
from graphql_api.demo.clock import DemoClock
from resolvers.context import Operation


class StepContext(Struct, frozen=True):
    """The context of a step: the operation of its actor, the transaction, the catalog, and every person who acts."""

    environment: Environment
    clock: DemoClock
    operation: Operation
    session: Writing
    catalog: Catalog
    people: Mapping[Person, Viewer]


class Step(Struct, frozen=True):
    """Something that one person does at one moment, through a mutation or as stored rows."""

    at: datetime
    actor: Person
    run: Callable[[StepContext], Awaitable[None]]
