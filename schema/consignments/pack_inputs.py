"""Inputs of the mutations of packs, and the filter of their list."""

from datetime import datetime

import strawberry

from domain.consignments.packs import MOST_PACKS
from domain.node_kinds import NodeKind
from resolvers.consignments.declare_packs import DeclarePacks, NewPack
from resolvers.consignments.unpack_packs import UnpackPacks
from schema.consignments.custody_inputs import CONSIGNMENT_ID, KEY, OCCURRED
from schema.consignments.serial_inputs import PACKS, RANGES, VARIANT_ID, SerialRangeInput, to_spans
from schema.fields import leaf, optional
from schema.ids import InputIds, input_id


@strawberry.input(description="A pack to make: a roll or a carton with coupons of one variant.")
class PackInput:
    variant_id: strawberry.ID = leaf(VARIANT_ID)
    sscc: str | None = optional(
        "The Serial Shipping Container Code of GS1, 18 digits with the check digit. (00), spaces, and dashes do not "
        "matter. If it is left out, the server makes one with the GS1 company prefix of the program."
    )
    serials: list[SerialRangeInput] = leaf(
        f"The serials to pack, good ones on hand that are in no other pack. {RANGES}"
    )


@strawberry.input(description="Packs to make of coupons that the vendor has on hand.")
class DeclarePacksInput:
    consignment_id: strawberry.ID = leaf(CONSIGNMENT_ID)
    packs: list[PackInput] = leaf(f"The packs, up to {MOST_PACKS:,}, with up to 10,000 ranges together.")
    occurred_at: datetime | None = optional(OCCURRED)
    idempotency_key: str = leaf(KEY)

    def to_command(self) -> DeclarePacks:
        """Convert the input. Raises InvalidInput for malformed IDs."""
        with InputIds() as ids:
            return DeclarePacks(
                consignment_id=ids.one(NodeKind.CONSIGNMENT, self.consignment_id, "consignmentId"),
                packs=tuple(
                    NewPack(
                        variant_id=ids.one(NodeKind.VARIANT, pack.variant_id, "packs", str(index), "variantId"),
                        serials=to_spans(pack.serials) or (),
                        sscc=pack.sscc,
                    )
                    for index, pack in enumerate(self.packs)
                ),
                occurred_at=self.occurred_at,
                idempotency_key=self.idempotency_key,
            )


@strawberry.input(description="Packs to open.")
class UnpackPacksInput:
    consignment_id: strawberry.ID = leaf(CONSIGNMENT_ID)
    packs: list[str] = leaf(PACKS)
    occurred_at: datetime | None = optional(OCCURRED)
    idempotency_key: str = leaf(KEY)

    def to_command(self) -> UnpackPacks:
        """Convert the input. Raises InvalidInput for a malformed ID."""
        return UnpackPacks(
            consignment_id=input_id(NodeKind.CONSIGNMENT, self.consignment_id, "consignmentId"),
            packs=tuple(self.packs),
            occurred_at=self.occurred_at,
            idempotency_key=self.idempotency_key,
        )
