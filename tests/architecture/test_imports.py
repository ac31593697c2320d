"""How deep the layers are, and that the contract about public modules can fail."""

import grimp
import pytest
from grimp import ImportGraph

from tests.architecture.contracts import PublicModulesContract

# A package counts as one room; a room stands one level above the highest room that it imports.
DEEPEST = {"domain": 9, "schema": 11}


@pytest.fixture(scope="module")
def graph() -> ImportGraph:
    """The imports of the product, without those that only type checkers follow."""
    return grimp.build_graph("domain", "db", "resolvers", "schema", "graphql_api")


@pytest.mark.parametrize("layer", DEEPEST)
def test_a_layer_is_no_deeper_than_it_needs_to_be(graph: ImportGraph, layer: str) -> None:
    assert max(levels(graph, layer).values()) <= DEEPEST[layer]


def test_a_module_that_an_area_keeps_to_itself_is_found() -> None:
    """An import from outside of the areas, or of a public module, is fine."""
    graph = ImportGraph()
    for module in ("resolvers", "resolvers.ecps", "resolvers.ecps.loaders", "resolvers.ecps.erase_ecp"):
        graph.add_module(module)
    graph.add_import(importer="resolvers.schemes.lists", imported="resolvers.ecps.loaders")
    graph.add_import(importer="resolvers.schemes.lists", imported="resolvers.ecps.erase_ecp")
    graph.add_import(importer="resolvers.ecps.notify", imported="resolvers.ecps.erase_ecp")
    graph.add_import(importer="resolvers.nodes", imported="resolvers.ecps.erase_ecp")
    options = {"name": "Areas", "layer": "resolvers", "public": ["*loaders"], "ground": []}
    contract = PublicModulesContract(name="Areas", session_options={}, contract_options=options)
    check = contract.check(graph, verbose=False)
    assert not check.kept
    assert check.metadata["imports"] == [("resolvers.schemes.lists", "resolvers.ecps.erase_ecp")]


def levels(graph: ImportGraph, layer: str) -> dict[str, int]:
    """The level of each room of a layer, from 1 for rooms that import nothing of the layer."""
    rooms = {module: ".".join(module.split(".")[:2]) for module in graph.find_descendants(layer)}
    below = {
        room: {
            rooms[imported]
            for module in rooms
            if rooms[module] == room
            for imported in graph.find_modules_directly_imported_by(module)
            if imported in rooms and rooms[imported] != room
        }
        for room in rooms.values()
    }
    found: dict[str, int] = {}

    def level(room: str) -> int:
        if room not in found:
            found[room] = 1 + max((level(lower) for lower in below[room]), default=0)
        return found[room]

    for room in below:
        level(room)
    return found
