"""The schema as clients get it: the file in the repository, descriptions everywhere, and documents that fit (R26)."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    OperationDefinitionNode,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
    parse,
    validate,
)

from domain.permissions import Permission
from schema.build import schema_text
from tests.support.client import OPERATIONS
from tests.support.printed_schema import SCHEMA, TEXT

FILE = Path(__file__).parent.parent.parent / "schema.graphql"
OWN = [
    kind for kind in SCHEMA.type_map.values() if not is_introspection_type(kind) and not is_specified_scalar_type(kind)
]
OBJECTS = [kind for kind in OWN if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)]
STREAMS = [kind for kind in OBJECTS if kind.name.endswith("EventConnection")]


def elements(kind: GraphQLNamedType) -> Iterator[tuple[str, Any]]:
    """A type and everything in it, by its coordinate."""
    yield kind.name, kind
    if isinstance(kind, GraphQLEnumType):
        yield from ((f"{kind.name}.{name}", value) for name, value in kind.values.items())
    elif isinstance(kind, GraphQLInputObjectType):
        yield from ((f"{kind.name}.{name}", field) for name, field in kind.fields.items())
    elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in kind.fields.items():
            yield f"{kind.name}.{name}", field
            for argument, given in field.args.items():
                yield f"{kind.name}.{name}({argument}:)", given


def test_the_schema_file_matches_the_code() -> None:
    """Reviewers see every change of the schema."""
    assert FILE.read_text(encoding="utf-8") == TEXT


def test_the_text_is_the_same_each_time() -> None:
    """Otherwise the file would change without a reason."""
    assert schema_text() == TEXT


def test_every_element_has_a_description() -> None:
    """R26: a complete sentence for clients of the API."""
    found = {name: element.description or "" for kind in OWN for name, element in elements(kind)}
    assert [name for name, text in found.items() if not text.strip()] == []
    assert [name for name, text in found.items() if not text.rstrip().endswith((".", "…", "`"))] == []
    assert [name for name, text in found.items() if "  " in text or "TODO" in text] == []


def test_every_scalar_of_ours_has_a_specification() -> None:
    """Clients look up there what they may send."""
    scalars = {kind.name: kind.specified_by_url for kind in OWN if isinstance(kind, GraphQLScalarType)}
    assert scalars.keys() >= {"Date", "DateTime", "Decimal", "SafeInt", "JSON"}
    assert [name for name, url in scalars.items() if not (url or "").startswith("https://")] == []


def test_every_root_field_says_which_permission_it_takes() -> None:
    """R25."""
    assert SCHEMA.query_type is not None
    assert SCHEMA.mutation_type is not None
    assert SCHEMA.subscription_type is not None
    permissions = {f"Requires the permission `{permission.value}`." for permission in Permission}
    for root in (SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type):
        for name, field in root.fields.items():
            assert any((field.description or "").endswith(text) for text in permissions), name


def test_mutations_take_one_input_and_return_one_payload() -> None:
    """The object is nullable, the errors never are; an input is named for its mutation, or shared by a pair of them."""
    assert SCHEMA.mutation_type is not None
    fields = SCHEMA.mutation_type.fields
    assert [name for name, field in fields.items() if list(field.args) != ["input"]] == []
    inputs = {name: str(field.args["input"].type) for name, field in fields.items()}
    # The contract names the input of approvals for what they are.
    shared = {kind for kind, times in Counter(inputs.values()).items() if times == 2} | {"ReviewArtworkInput!"}
    for name, field in fields.items():
        assert inputs[name] == f"{name[0].upper()}{name[1:]}Input!" or inputs[name] in shared
        payload = field.type.of_type if str(field.type).endswith("!") else None
        assert payload is not None, name
        assert payload.name.endswith("Payload")
        assert str(payload.fields["errors"].type) == "[UserError!]!"
        others = [text for text in payload.fields if text not in {"errors", "notices"}]
        assert [text for text in others if str(payload.fields[text].type).endswith("!")] == [], name


def test_connections_follow_the_relay_specification() -> None:
    """https://relay.dev/graphql/connections.htm, with `nodes` and `totalCount` beside it."""
    connections = [kind for kind in OBJECTS if kind.name.endswith("Connection") and kind not in STREAMS]
    assert len(connections) >= 8
    for kind in connections:
        noun = kind.name.removesuffix("Connection")
        shapes = {name: str(field.type) for name, field in kind.fields.items()}
        assert shapes == {
            "edges": f"[{noun}Edge!]!",
            "nodes": f"[{noun}!]!",
            "pageInfo": "PageInfo!",
            "totalCount": "Int!",
        }
        edge = SCHEMA.type_map[f"{noun}Edge"]
        assert isinstance(edge, GraphQLObjectType)
        assert {name: str(field.type) for name, field in edge.fields.items()} == {
            "cursor": "String!",
            "node": f"{noun}!",
        }


def test_pages_of_streams_are_connections_whose_cursors_are_those_of_subscriptions() -> None:
    """A client that polls goes on as a subscription, and the reverse; streams are read forward only."""
    assert SCHEMA.subscription_type is not None
    assert SCHEMA.query_type is not None
    cursor = SCHEMA.type_map["EventCursor"]
    assert len(STREAMS) >= 2
    for kind in STREAMS:
        noun = kind.name.removesuffix("EventConnection")
        # A total would reveal the number of hidden events.
        counted = {"totalCount": "Int!"} if noun else {}
        assert {name: str(field.type) for name, field in kind.fields.items()} == {
            "edges": f"[{noun}EventEdge!]!",
            "nodes": f"[{noun or 'Event'}!]!",
            "pageInfo": "PageInfo!",
            "resumeAt": "EventCursor!",
            **counted,
        }
        edge = SCHEMA.type_map[f"{noun}EventEdge"]
        assert isinstance(edge, GraphQLObjectType)
        assert {name: str(field.type) for name, field in edge.fields.items()} == {
            "cursor": "EventCursor!",
            "node": f"{noun or 'Event'}!",
        }
        (polled,) = [field for field in SCHEMA.query_type.fields.values() if get_named_type(field.type) is kind]
        assert polled.args.keys() >= {"first", "after"}
        assert not polled.args.keys() & {"last", "before"}
        assert polled.args["after"].type is cursor
    followed = [field for field in SCHEMA.subscription_type.fields.values() if "after" in field.args]
    # Webhooks deliver all events, and clients that poll read the progress of a consignment, a job, or an import from
    # the object, and posted points from the ledger.
    assert {field.type.of_type.name for field in followed} == {
        *(kind.name.removesuffix("Connection") for kind in STREAMS if kind.name != "EventConnection"),
        "ConsignmentProgressEvent",
        "ImportProgressEvent",
        "JobProgressEvent",
        "PointsPostedEvent",
    }
    assert [field for field in followed if field.args["after"].type is not cursor] == []


# Their ids only let clients keep them in a cache; nothing takes them.
PARTS = frozenset({"ArtworkReview", "ArtworkVersion", "BatchLine", "ConsignmentLine"})


def test_every_type_with_an_id_is_a_node() -> None:
    """Nothing else identifies, except parts of an object to a client's cache."""
    for kind in OBJECTS:
        if "id" in kind.fields and isinstance(kind, GraphQLObjectType) and kind.name not in PARTS:
            assert [interface.name for interface in kind.interfaces] == ["Node"], kind.name
            assert str(kind.fields["id"].type) == "ID!"


def test_concrete_errors_are_user_errors() -> None:
    """Clients that do not know a type still have the interface."""
    interface = SCHEMA.type_map["UserError"]
    assert isinstance(interface, GraphQLInterfaceType)
    names = sorted(kind.name for kind in SCHEMA.get_implementations(interface).objects)
    assert set(names) >= {"ActionRefused", "ContentChanged", "InvalidInput", "VersionConflict"}


PATHS = sorted(OPERATIONS.rglob("*.graphql"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_document_of_a_client_is_valid(path: Path) -> None:
    """The screens that exist keep working."""
    parsed = parse(path.read_text(encoding="utf-8"))
    assert [error.message for error in validate(SCHEMA, parsed)] == []
    (operation,) = [found for found in parsed.definitions if isinstance(found, OperationDefinitionNode)]
    assert operation.name is not None
    assert operation.name.value == path.stem
