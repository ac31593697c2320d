"""Checks of new and changed webhook endpoints."""

from collections.abc import Iterator, Sequence

from domain.checks import text_problems
from domain.events import EventKind
from domain.failures import Problem, UserErrorCode
from domain.webhooks.addresses import WebhookPolicy, url_problems
from domain.webhooks.endpoints import DESCRIPTION_LENGTH


def endpoint_problems(
    policy: WebhookPolicy, url: str | None, kinds: Sequence[EventKind] | None, description: str | None
) -> Iterator[Problem]:
    """Yield the problems of the given values. The host name in the URL is resolved only for a delivery."""
    if url is not None and (problem := url_problems(url, https_only=policy.https_only, allowed=policy.allowed)):
        yield Problem(UserErrorCode.INVALID, problem, ("url",))
    if kinds is not None and not kinds:
        yield Problem(UserErrorCode.REQUIRED, "Name at least one kind of event.", ("kinds",))
    if kinds is not None and len(set(kinds)) < len(kinds):
        yield Problem(UserErrorCode.DUPLICATE, "A kind of events is given twice.", ("kinds",))
    yield from text_problems(description, ("description",), "The description", DESCRIPTION_LENGTH)
