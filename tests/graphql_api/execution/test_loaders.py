"""A loader is called once per selection, for all parents; fields that share it share the call."""

from graphql_api.execution import CompiledSchema
from tests.support.execution.synthetic_rows import World


async def test_a_loader_is_called_once_for_all_parents(synthetic: CompiledSchema) -> None:
    world = World()
    document = "{ things(count: 50) { mustOwner { mustOwner { number } } friends { mustOwner { title } } } }"
    result = await synthetic.execute(document, context_value=world)
    assert result.errors is None
    # The owners of the friends are known from the owners of the owners.
    assert world.calls == {"things": 1, "must_owners": 2, "friends": 1}


async def test_fields_that_share_a_loader_share_the_call(synthetic: CompiledSchema) -> None:
    world = World()
    document = "{ things(count: 8) { owner { number } a: ownerTitle b: owner { title } weight mustWeight w: weight } }"
    result = await synthetic.execute(document, context_value=world)
    assert result.errors is None
    assert world.keys == [("owners", [11, 12, 14, 15, 17, 18]), ("weight", [1, 2, 3, 4, 5, 6, 7, 8])]


async def test_a_repeated_key_is_loaded_once(synthetic: CompiledSchema) -> None:
    world = World()
    result = await synthetic.execute("{ things(count: 3) { friends { number } friendCount } }", context_value=world)
    assert result.errors is None
    assert world.keys == [("friends", [2, 3, 4, 5])]


async def test_other_arguments_are_another_call(synthetic: CompiledSchema) -> None:
    world = World()
    document = """query ($n: Int!) { things(count: 3) { a: children(first: 1) { number }
        b: children(first: $n) { number } c: children { number } d: children(first: 2, tag: "none") { number } } }"""
    result = await synthetic.execute(document, {"n": 1}, context_value=world)
    assert result.errors is None
    assert world.calls == {"things": 1, "children": 3}


async def test_only_new_keys_are_loaded_again(synthetic: CompiledSchema) -> None:
    world = World()
    document = "{ a: things(count: 2) { mustWeight } b: things(count: 4) { weight } c: thing { weight } }"
    result = await synthetic.execute(document, context_value=world)
    assert result.errors is None
    assert world.keys == [("weight", [1, 2]), ("weight", [3, 4])]


async def test_no_parents_no_call(synthetic: CompiledSchema) -> None:
    world = World()
    result = await synthetic.execute("{ things(count: 0) { weight owner { title } } }", context_value=world)
    assert result.data == {"things": []}
    assert world.calls == {"things": 1}


async def test_other_values_of_a_variable_are_other_arguments(synthetic: CompiledSchema) -> None:
    """Arguments are remembered by the values of their variables; an absent one takes the default."""
    document = "query ($n: Int! = 2, $t: String) { thing { children(first: $n, tag: $t) { number } } }"
    sizes = []
    for variables in ({"n": 1}, {"n": 3}, {"n": 1}, {"n": 3, "t": "none"}, {}, {"t": None}):
        result = await synthetic.execute(document, dict(variables), context_value=World())
        assert result.errors is None
        assert result.data is not None
        sizes.append(len(result.data["thing"]["children"]))
    assert sizes == [1, 3, 1, 0, 2, 2]


async def test_leaves_of_a_parent_that_occurs_often_are_made_once(synthetic: CompiledSchema) -> None:
    result = await synthetic.execute("{ things(count: 3) { friends { title } } }", context_value=World())
    assert result.data is not None
    third = result.data["things"][2]["friends"]
    assert [friend["title"] for friend in third] == ["Thing 4", "Thing 5", "Thing 4"]
    assert third[0] is third[2]
