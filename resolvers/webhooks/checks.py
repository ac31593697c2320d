"""What is checked of a webhook endpoint, whether it is new or changed."""

from collections.abc import Iterator, Sequence

from db.outbox.rows import StreamRow
from domain.checks import text_problems
from domain.events import EventKind, Position
from domain.failures import Problem, UserErrorCode
from domain.requests import BadInput, CursorExpired
from domain.webhooks.addresses import WebhookPolicy, url_problems
from domain.webhooks.endpoints import DESCRIPTION_LENGTH
from resolvers.events.stream import SCOPE
from resolvers.outbox.cursors import decode_cursor


def endpoint_problems(
    policy: WebhookPolicy, url: str | None, kinds: Sequence[EventKind] | None, description: str | None
) -> Iterator[Problem]:
    """What is wrong with the values that are given; a name in the URL is resolved only when something is sent."""
    if url is not None and (problem := url_problems(url, https_only=policy.https_only, allowed=policy.allowed)):
        yield Problem(UserErrorCode.INVALID, problem, ("url",))
    if kinds is not None and not kinds:
        yield Problem(UserErrorCode.REQUIRED, "Name one kind of events at least.", ("kinds",))
    if kinds is not None and len(set(kinds)) < len(kinds):
        yield Problem(UserErrorCode.DUPLICATE, "A kind of events is given twice.", ("kinds",))
    yield from text_problems(description, ("description",), "The description", DESCRIPTION_LENGTH)


def place_behind(stream: StreamRow, after: str | None) -> tuple[Position | None, list[Problem]]:
    """The place of a cursor, None without one, and what is wrong with it."""
    if after is None:
        return None, []
    try:
        return decode_cursor(stream, SCOPE, after), []
    except (BadInput, CursorExpired) as refused:
        return None, [Problem(UserErrorCode.INVALID, str(refused), ("after",))]
