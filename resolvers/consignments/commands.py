"""The mutations of custody with their commands, for other ways in which clients record what happened: EPCIS events."""

from resolvers.consignments.commission_coupons import CommissionCoupons, commission_coupons
from resolvers.consignments.declare_packs import DeclarePacks, NewPack, declare_packs
from resolvers.consignments.dispatch_batch import DispatchBatch, dispatch_batch
from resolvers.consignments.receive_batch import ReceiveBatch, ReceivedLine, receive_batch
from resolvers.consignments.record_production import ProducedLine, RecordProduction, record_production
from resolvers.consignments.serial_inputs import NamedLine, SerialLine

__all__ = [
    "CommissionCoupons",
    "DeclarePacks",
    "DispatchBatch",
    "NamedLine",
    "NewPack",
    "ProducedLine",
    "ReceiveBatch",
    "ReceivedLine",
    "RecordProduction",
    "SerialLine",
    "commission_coupons",
    "declare_packs",
    "dispatch_batch",
    "receive_batch",
    "record_production",
]
