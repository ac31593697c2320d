"""The schema: combines the roots of all areas, and writes the text of `schema.graphql`."""

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeVar

import strawberry
from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    Undefined,
    lexicographic_sort_schema,
    print_schema,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter

from domain.permissions import Permission
from domain.requests import BadArgument
from resolvers.jobs.handlers import handlers_by_kind
from resolvers.nodes import find_nodes
from resolvers.paging import LARGEST_PAGE
from schema import errors, viewer
from schema.accounts import area as accounts
from schema.adjustments import area as adjustments
from schema.artwork import area as artwork
from schema.audit import area as audit
from schema.catalog import area as catalog
from schema.consignments import area as consignments
from schema.coupons import area as coupons
from schema.downloads import area as downloads
from schema.ecps import area as ecps
from schema.enrollments import area as enrollments
from schema.epcis import area as epcis
from schema.errors import error_types
from schema.events import area as events
from schema.fields import AppInfo
from schema.files import area as files
from schema.ids import decode_id
from schema.imports import area as imports
from schema.jobs import area as jobs
from schema.nodes import Node
from schema.notifications import area as notifications
from schema.points import area as points
from schema.program import area as program
from schema.redemptions import area as redemptions
from schema.roots import query
from schema.sales import area as sales
from schema.scalars import SCALARS
from schema.schemes import area as schemes
from schema.settlements import area as settlements
from schema.simulations import area as simulations
from schema.webhooks import area as webhooks
from schema.work import area as work

AREAS: Final = (
    accounts.AREA,
    adjustments.AREA,
    artwork.AREA,
    audit.AREA,
    catalog.AREA,
    consignments.AREA,
    coupons.AREA,
    downloads.AREA,
    ecps.AREA,
    enrollments.AREA,
    epcis.AREA,
    events.AREA,
    files.AREA,
    imports.AREA,
    jobs.AREA,
    notifications.AREA,
    points.AREA,
    program.AREA,
    redemptions.AREA,
    sales.AREA,
    schemes.AREA,
    settlements.AREA,
    simulations.AREA,
    webhooks.AREA,
    work.AREA,
    viewer.AREA,
)
NODE_LOADERS: Final = MappingProxyType({kind: loader for area in AREAS for kind, loader in area.nodes.items()})
LEADER_TASKS: Final = tuple(task for area in AREAS for task in area.leader_tasks)
JOB_HANDLERS: Final = handlers_by_kind(handler for area in AREAS for handler in area.jobs)
FILE_ACCESS: Final = tuple(check for area in AREAS for check in area.file_access)
ERROR_TYPES: Final = tuple(
    kind for module in (errors, *(area.errors for area in AREAS)) if module for kind in error_types(module)
)

SchemaT = TypeVar("SchemaT", bound=strawberry.Schema)

IdArgument = Annotated[strawberry.ID, strawberry.argument(description="The global ID of an object.")]
IdsArgument = Annotated[
    list[strawberry.ID], strawberry.argument(description=f"Global IDs of objects of any type, up to {LARGEST_PAGE}.")
]


# The roots inherit the fields of every area; type checkers cannot see through that.
@strawberry.type(description="The queries of the API.")
class Query(*(fields for area in AREAS for fields in area.queries)):  # type: ignore[misc]
    @query(
        requires=Permission.VIEWER_READ,
        returns=Node | None,
        description="Returns the object with this global ID. Null if it does not exist or the viewer may not see it.",
    )
    async def node(self, info: AppInfo, id: IdArgument) -> Any:
        return (await _nodes(info, [id], "id"))[0]

    @query(
        requires=Permission.VIEWER_READ,
        returns=list[Node | None],
        description="Returns the objects with these global IDs, in the same order. An entry is null if "
        "the object does not exist or the viewer may not see it.",
    )
    async def nodes(self, info: AppInfo, ids: IdsArgument) -> list[Any]:
        return await _nodes(info, ids, "ids")


@strawberry.type(
    description="The changes that the API can make. Each field runs in its own transaction and succeeds "
    "or fails as a whole."
)
class Mutation(*(fields for area in AREAS for fields in area.mutations)):  # type: ignore[misc]
    """The mutation root."""


@strawberry.type(
    description="The live streams of the API, over graphql-transport-ws or server-sent events. A stream "
    "that takes `after` resumes after that cursor without missing an event. It may repeat an "
    "event, with the same cursor."
)
class Subscription(*(fields for area in AREAS for fields in area.subscriptions)):  # type: ignore[misc]
    """The subscription root."""


def build_schema(
    make: Callable[..., SchemaT] = strawberry.Schema,  # type: ignore[assignment] # which is one of them
    *,
    suggestions: bool = True,
    **options: Any,
) -> SchemaT:
    """Build the schema. Without `suggestions`, error messages do not suggest names from the schema."""
    schema = make(
        Query,
        Mutation,
        Subscription,
        types=ERROR_TYPES,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=not suggestions),
        **options,
    )
    _leave_out_null_defaults(schema)
    _let_the_library_check_choices(schema)
    return schema


def schema_text() -> str:
    """The text of `schema.graphql`, sorted and with descriptions."""
    return text_of(build_schema())


def text_of(schema: strawberry.Schema) -> str:
    """The text of a schema, sorted and with descriptions."""
    return print_schema(lexicographic_sort_schema(schema._schema)) + "\n"  # noqa: SLF001 - no public way


def _leave_out_null_defaults(schema: strawberry.Schema) -> None:
    """Removes `= null` defaults: a nullable type already implies them, and Python's defaults fill in omitted values."""
    for kind in schema._schema.type_map.values():  # noqa: SLF001 - no public way
        if isinstance(kind, GraphQLInputObjectType):
            places: list[Any] = list(kind.fields.values())
        elif isinstance(kind, GraphQLObjectType):
            places = [argument for field in kind.fields.values() for argument in field.args.values()]
        else:
            continue
        for place in places:
            if place.default_value is None:
                place.default_value = Undefined


def _let_the_library_check_choices(schema: strawberry.Schema) -> None:
    """Leaves @oneOf inputs to graphql-core, which validates them in the SDL and in documents, with the path."""
    for kind in schema._schema.type_map.values():  # noqa: SLF001 - no public way
        definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if isinstance(kind, GraphQLInputObjectType) and getattr(definition, "is_one_of", False):
            kind.is_one_of = True
            kind.out_type = GraphQLInputObjectType.out_type  # type: ignore[method-assign]


async def _nodes(info: AppInfo, ids: Sequence[str], argument: str) -> list[Any]:
    if len(ids) > LARGEST_PAGE:
        message = f"Ask for at most {LARGEST_PAGE} objects at once, not {len(ids):,}."
        raise BadArgument(message, argument)
    keys = [decode_id(text) for text in ids]
    known = [key for key in keys if key is not None]
    if len(known) < len(keys):
        raise BadArgument("This is not a global ID.", argument)
    return await find_nodes(info.context, NODE_LOADERS, known)
