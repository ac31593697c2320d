"""Root fields: each names the permission that it requires, and mutations turn declared failures into payload errors."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, Final, TypeVar, get_type_hints

import strawberry

from domain.failures import Failure
from domain.permissions import Permission, is_granted_to_everyone
from resolvers.context import Operation
from resolvers.retrying import retry_conflicts
from schema.errors import user_errors

POLICY: Final = "tessera.policy"
# Part of the description of fields that people without an account may use.
NEWCOMERS: Final = "Also open to people without an account whom the identity provider knows."
# The description of the one argument that every mutation takes.
INPUT: Final = "The input of the mutation."
ResolverT = TypeVar("ResolverT", bound=Callable[..., Awaitable[Any]])


def query(
    *, requires: Permission, returns: Any, description: str, name: str | None = None, newcomers: bool = False
) -> Callable[[ResolverT], Any]:
    """Declare a root field of Query that requires the permission `requires`.

    `returns` is its GraphQL type; the resolver's own annotation says which rows it returns. A field that not every role
    may read is nullable, so that it is null with an error where it is forbidden, beside the data of the others. `name`
    is the field's name in GraphQL, where Python reserves it. With `newcomers`, people without an account may read it.
    """
    shown = returns if is_granted_to_everyone(requires) else returns | None

    def declare(resolver: ResolverT) -> Any:
        checked = _checked(resolver, requires, newcomers=newcomers)
        return _root_field(checked, requires, shown, _open_to(description, newcomers=newcomers), name=name)

    return declare


def mutation(*, requires: Permission, description: str, newcomers: bool = False) -> Callable[[ResolverT], Any]:
    """Declare a root field of Mutation.

    A declared failure is returned in `errors` of the annotated payload. A transaction that loses against a concurrent
    one is retried a few times before it fails. With `newcomers`, people without an account may call it.
    """

    def declare(resolver: ResolverT) -> Any:
        payload = get_type_hints(resolver)["return"]

        @wraps(resolver)
        async def checked(*args: Any, **kwargs: Any) -> Any:
            _admit(kwargs["info"].context, requires, newcomers=newcomers)
            try:
                return await retry_conflicts(lambda: resolver(*args, **kwargs))
            except Failure as failure:
                return payload(errors=user_errors(failure))

        field = _root_field(checked, requires, payload, _open_to(description, newcomers=newcomers))
        for argument in field.arguments:
            argument.description = INPUT
        return field

    return declare


def subscription(*, requires: Permission, returns: Any, description: str) -> Callable[[ResolverT], Any]:
    """Declare a root field of Subscription that requires the permission `requires`.

    The resolver is called when the subscription begins, and again when the viewer's access changes: it returns the
    `Feed` to follow. `returns` is the GraphQL type of each event.
    """

    def declare(resolver: ResolverT) -> Any:
        checked = _checked(resolver, requires)
        return _root_field(checked, requires, returns, description, is_subscription=True)

    return declare


def _checked(resolver: ResolverT, requires: Permission, *, newcomers: bool = False) -> Callable[..., Awaitable[Any]]:
    @wraps(resolver)
    async def checked(*args: Any, **kwargs: Any) -> Any:
        _admit(kwargs["info"].context, requires, newcomers=newcomers)
        return await resolver(*args, **kwargs)

    return checked


def _admit(operation: Operation, requires: Permission, *, newcomers: bool) -> None:
    """Raise what `require` raises, unless the field is open to newcomers and one of them sends it."""
    if not (newcomers and operation.has_newcomer):
        operation.require(requires)


def _open_to(description: str, *, newcomers: bool) -> str:
    return f"{description} {NEWCOMERS}" if newcomers else description


def _root_field(  # noqa: PLR0913 - the parts of a root field
    resolver: Callable[..., Any],
    requires: Permission,
    returns: Any,
    description: str,
    *,
    name: str | None = None,
    is_subscription: bool = False,
) -> Any:
    return strawberry.field(
        name=name,
        resolver=resolver,
        graphql_type=returns,
        description=f"{description} Requires the permission `{requires.value}`.",
        metadata={POLICY: requires},
        is_subscription=is_subscription,
    )
