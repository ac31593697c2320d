"""Records sales as connected systems report them: writes their rows and posts their points, without an API."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import insert, select, text, update

from db.columns import scalar
from db.ecps.tables import EcpTable
from db.points.posting_reads import SCHEME_NUMBER
from db.redemptions.tables import RedemptionTable
from db.sales.tables import SaleKeyTable, SaleLineTable, SaleReturnTable, SaleTable
from db.sessions import Writing
from db.statement import Statement, number, uuid
from domain.channels import EarningChannel
from domain.permissions import Role
from domain.points.lines import COUPON_POSITION, SaleChange, SalePlace, SoldLine
from domain.points.net_lines import net_lines
from graphql_api.context import Environment
from resolvers.points.posting.post import post_points
from resolvers.points.posting.posted import Posting
from tests.support.world import World

_NUMBER = Statement(select(EcpTable.number).where(EcpTable.id == uuid("id")), scalar(int))
_NEXT = Statement(text("SELECT nextval('sale_number') AS number").columns(SaleKeyTable.number), scalar(int))

_LOCK_KEY = Statement(
    select(SaleKeyTable.number).where(SaleKeyTable.number == number("number")).with_for_update(), scalar(int)
)


class Line(Struct, frozen=True):
    """A line as a source reports it."""

    sku: str
    quantity: int
    price: str = "100"
    currency: str = "USD"


class ReportedSale(Struct):
    """A sale as it was reported last, and what was returned of it."""

    number: int
    ecp_id: UUID
    place: SalePlace
    lines: tuple[SoldLine, ...]
    revision: int = 1
    returned: dict[UUID, int] = {}
    scheme_id: UUID | None = None

    @property
    def net(self) -> tuple[SoldLine, ...]:
        """Its lines net of returns."""
        return net_lines(self.lines, self.returned)


class LedgerDesk:
    """Records sales, corrections, and returns."""

    def __init__(self, environment: Environment, world: World) -> None:
        self.environment = environment
        self.world = world
        self.sales: dict[str, ReportedSale] = {}
        self._numbers: dict[UUID, int] = {}

    async def sell(self, ecp_id: UUID, external_id: str, at: datetime, *lines: Line, source: str = "till") -> Posting:
        """Record a new sale."""
        async with self.posting() as (operation, session):
            sale = await self.record(session, ecp_id, SalePlace(at, source, external_id), lines)
            return await post_points(operation, session, [change_of(sale)])

    async def correct(
        self, external_id: str, *lines: Line, ecp_id: UUID | None = None, at: datetime | None = None
    ) -> Posting:
        """Report a sale again, with other lines, another ECP, or another time."""
        async with self.posting() as (operation, session):
            return await post_points(operation, session, await self.revise(session, external_id, lines, ecp_id, at))

    async def give_back(self, external_id: str, sku: str, quantity: int, by: str) -> Posting:
        """Record a sale of its own that returns units of another one."""
        async with self.posting() as (operation, session):
            return await post_points(
                operation, session, [await self.return_units(session, external_id, sku, quantity, by)]
            )

    async def redeem(self, ecp_id: UUID, scheme_id: UUID, serial: int, at: datetime, sku: str) -> Posting:
        """Record a redeemed coupon."""
        run_id = UUID(int=5)
        (line,) = self._sold([Line(sku, 1, "0")])
        sold = (replace(line, position=COUPON_POSITION),)
        async with self.posting() as (operation, session):
            (number,) = await session.fetch(_NEXT)
            external_id = f"{run_id}:{serial:010d}"
            (scheme,) = await session.fetch(SCHEME_NUMBER, id=scheme_id)
            sale = ReportedSale(number=number, ecp_id=ecp_id, place=SalePlace(at, "", external_id), lines=sold)
            sale.scheme_id = scheme_id
            await session.execute(
                insert(RedemptionTable).values(
                    run_id=run_id,
                    serial=serial,
                    sale=number,
                    ecp=await self.number_of(session, ecp_id),
                    scheme=scheme,
                    variant_id=line.variant_id,
                    redeemed_at=at,
                    recorded_at=self.environment.clock(),
                )
            )
            self.sales[external_id] = sale
            return await post_points(operation, session, [change_of(sale)])

    async def record(self, session: Writing, ecp_id: UUID, place: SalePlace, lines: Sequence[Line]) -> ReportedSale:
        """Write the rows of a new sale."""
        (number,) = await session.fetch(_NEXT)
        sale = ReportedSale(number=number, ecp_id=ecp_id, place=place, lines=self._sold(lines))
        await session.execute(
            insert(SaleKeyTable).values(
                source=place.source,
                external_id=place.external_id,
                number=number,
                ecp=await self.number_of(session, ecp_id),
                sold_at=place.sold_at,
                revision=1,
                digest=b"",
            )
        )
        await self._write_revision(session, sale)
        self.sales[place.external_id] = sale
        return sale

    async def revise(
        self,
        session: Writing,
        external_id: str,
        lines: Sequence[Line],
        ecp_id: UUID | None = None,
        at: datetime | None = None,
    ) -> list[SaleChange]:
        """Write the rows of a new revision, and return the changes that it makes."""
        sale = self.sales[external_id]
        await session.fetch(_LOCK_KEY, number=sale.number)
        before = change_of(sale)
        sale.revision += 1
        sale.ecp_id = ecp_id or sale.ecp_id
        sale.place = SalePlace(at or sale.place.sold_at, sale.place.source, external_id)
        sale.lines = self._sold(lines) or sale.lines
        await session.execute(
            update(SaleKeyTable)
            .where(SaleKeyTable.number == sale.number)
            .values(
                revision=sale.revision,
                ecp=await self.number_of(session, sale.ecp_id),
                sold_at=sale.place.sold_at,
            )
        )
        await self._write_revision(session, sale)
        changes = [change_of(sale)]
        if (before.ecp_id, before.place) != (sale.ecp_id, sale.place):
            changes.insert(0, SaleChange(**{**_fields(before), "lines": ()}))
        return changes

    async def return_units(self, session: Writing, external_id: str, sku: str, quantity: int, by: str) -> SaleChange:
        """Write the rows of a sale that returns units of another one, and return the change that it makes."""
        sale = self.sales[external_id]
        await session.fetch(_LOCK_KEY, number=sale.number)
        (number,) = await session.fetch(_NEXT)
        variant_id = self.world.variants[sku].id
        ecp = await self.number_of(session, sale.ecp_id)
        place = sale.place
        key = {"ecp": ecp, "sold_at": place.sold_at}
        await session.execute(
            insert(SaleKeyTable).values(
                source=place.source, external_id=by, number=number, revision=1, digest=b"", returns=sale.number, **key
            )
        )
        await session.execute(
            insert(SaleReturnTable).values(
                sale=sale.number,
                returning_sale=number,
                returning_revision=1,
                position=0,
                variant_id=variant_id,
                quantity=quantity,
                unit_price=Decimal(100),
                currency="USD",
                recorded_at=self.environment.clock(),
                **key,
            )
        )
        sale.returned[variant_id] = sale.returned.get(variant_id, 0) + quantity
        return change_of(sale, cause=number)

    async def number_of(self, session: Writing, ecp_id: UUID) -> int:
        """The number of an ECP."""
        if ecp_id not in self._numbers:
            (self._numbers[ecp_id],) = await session.fetch(_NUMBER, id=ecp_id)
        return self._numbers[ecp_id]

    def posting(self) -> Any:
        """One operation with one transaction, to post in."""
        return _Posting(self.environment, self.world)

    def _sold(self, lines: Sequence[Line]) -> tuple[SoldLine, ...]:
        return tuple(
            SoldLine(
                position=position,
                variant_id=self.world.variants[line.sku].id,
                quantity=line.quantity,
                unit_price=Decimal(line.price),
                currency=line.currency,
            )
            for position, line in enumerate(lines)
        )

    async def _write_revision(self, session: Writing, sale: ReportedSale) -> None:
        key = {
            "ecp": await self.number_of(session, sale.ecp_id),
            "sold_at": sale.place.sold_at,
            "sale": sale.number,
            "revision": sale.revision,
        }
        recorder = self.world.accounts[Role.ADMIN].id
        await session.execute(
            insert(SaleTable).values(recorded_at=self.environment.clock(), recorded_by=recorder, **key)
        )
        for line in sale.lines:
            await session.execute(
                insert(SaleLineTable).values(
                    position=line.position,
                    variant_id=line.variant_id,
                    quantity=line.quantity,
                    unit_price=line.unit_price,
                    currency=line.currency,
                    **key,
                )
            )


class _Posting:
    """One operation with one transaction."""

    def __init__(self, environment: Environment, world: World) -> None:
        self._operation = environment.operation(world.viewer(Role.INTEGRATION))
        self._writing: Any = None

    async def __aenter__(self) -> tuple[Any, Writing]:
        self._writing = self._operation.writing()
        return self._operation, await self._writing.__aenter__()

    async def __aexit__(self, *error: object) -> None:
        await self._writing.__aexit__(*error)
        await self._operation.close()


def change_of(sale: ReportedSale, cause: int | None = None) -> SaleChange:
    """A sale as it counts now."""
    return SaleChange(
        number=sale.number,
        ecp_id=sale.ecp_id,
        place=sale.place,
        channel=EarningChannel.SALE if sale.scheme_id is None else EarningChannel.COUPON,
        lines=sale.net,
        scheme_id=sale.scheme_id,
        cause=cause,
    )


def _fields(change: SaleChange) -> dict[str, Any]:
    return {name: getattr(change, name) for name in change.__struct_fields__}
