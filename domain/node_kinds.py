"""The kinds of objects that have a global id. Any area may use them, so this module imports nothing of the product."""

import base64
from enum import StrEnum
from uuid import UUID


class NodeKind(StrEnum):
    """A kind of object with a global id. The value is the prefix of its ids."""

    ACCOUNT = "acc"
    ADJUSTMENT = "adj"
    ALIAS = "als"
    API_KEY = "key"
    ARTWORK = "art"
    AUDIT_ENTRY = "aud"
    BATCH = "bat"
    BATCH_MOVEMENT = "mov"
    BONUS_RULE = "rul"
    CATEGORY = "cat"
    CONSIGNMENT = "con"
    DISCREPANCY = "dis"
    ECP = "ecp"
    ENROLLMENT = "enr"
    GEOGRAPHY = "geo"
    SALES_IMPORT = "imp"
    JOB = "job"
    NOTIFICATION = "ntf"
    PACK = "pac"
    POINTS_ENTRY = "ent"
    PARKED_SALE = "pks"
    PRODUCT = "prd"
    PROGRAM = "prg"
    SALE = "sal"
    SALE_LINE = "sln"
    SCHEME = "sch"
    SCHEME_ACTIVITY = "act"
    SETTLEMENT = "set"
    SETTLEMENT_LINE = "stl"
    SIMULATION = "sim"
    TIER = "tir"
    UPLOAD = "upl"
    VARIANT = "var"
    VENDOR = "ven"
    WEBHOOK_DELIVERY = "whd"
    WEBHOOK_ENDPOINT = "whk"

    @property
    def label(self) -> str:
        """The kind within a sentence: “bonus rule”."""
        capital = {NodeKind.API_KEY: "API key", NodeKind.ECP: "ECP"}
        return capital.get(self) or self.name.replace("_", " ").lower()


def global_id(kind: NodeKind, key: UUID) -> str:
    """The global id of an object, as clients have it from the API: for files that name objects."""
    return f"{kind.value}_{base64.urlsafe_b64encode(key.bytes).decode().rstrip('=')}"
