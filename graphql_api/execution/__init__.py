"""Compiled, breadth-first execution of GraphQL operations: per field instead of per value.

It knows GraphQL, Strawberry's definitions and batched fields; it knows no scheme and no SQL. See docs/adr/0008.
"""

from graphql_api.execution.schema import CompiledSchema

__all__ = ["CompiledSchema"]
