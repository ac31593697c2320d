"""The sales that a viewer sees."""

from typing import Final

from msgspec import Struct

from domain.permissions import Permission, Role
from domain.viewers import EcpScope, Viewer


class SaleScope(Struct, frozen=True):
    """Who sees which sales: everybody's, one's own, and those of the sources that one may use. They add up."""

    all: bool = False
    own: bool = False
    sources: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the viewer sees no sales."""
        return self == NO_SALES


NO_SALES: Final = SaleScope()


def sale_scope_of(viewer: Viewer) -> SaleScope:
    """Return the sales that the viewer sees: all with `ecp:read`, an ECP its own, a system those of its sources."""
    if not viewer.may(Permission.SALE_READ):
        return NO_SALES
    scope = viewer.ecp_scope
    if scope is EcpScope.ALL:
        return SaleScope(all=True)
    return SaleScope(own=scope is EcpScope.OWN, sources=Role.INTEGRATION in viewer.roles)


def parked_scope_of(viewer: Viewer) -> SaleScope:
    """Return the parked sales that the viewer sees: as `sale_scope_of`, but nobody is known to own them."""
    scope = sale_scope_of(viewer)
    return SaleScope(all=scope.all, sources=scope.sources)
