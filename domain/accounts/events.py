"""The kinds of events of accounts and API keys."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.events import EventKind, EventSpec
from domain.node_kinds import NodeKind
from domain.permissions import Permission

EVENTS: Final[Mapping[EventKind, EventSpec]] = MappingProxyType(
    {
        EventKind.ACCOUNT_SAVED: EventSpec(
            object=NodeKind.ACCOUNT, permission=Permission.ACCOUNT_READ, description="An account was added or replaced."
        ),
        EventKind.IDENTITY_LINKED: EventSpec(
            object=NodeKind.ACCOUNT,
            permission=Permission.ACCOUNT_READ,
            description="An identity of an identity provider was linked to an account, which it opens from now on.",
        ),
        EventKind.IDENTITY_UNLINKED: EventSpec(
            object=NodeKind.ACCOUNT,
            permission=Permission.ACCOUNT_READ,
            description="An identity of an identity provider was unlinked from an account.",
        ),
        EventKind.API_KEY_CREATED: EventSpec(
            object=NodeKind.API_KEY, permission=Permission.API_KEY_MANAGE, description="An API key was created."
        ),
        EventKind.API_KEY_REVOKED: EventSpec(
            object=NodeKind.API_KEY, permission=Permission.API_KEY_MANAGE, description="An API key was revoked."
        ),
    }
)
