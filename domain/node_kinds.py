"""The kinds of objects with a global id. Any area may name one, so this enum imports nothing."""

from enum import StrEnum


class NodeKind(StrEnum):
    """The kinds of objects that have a global id; the value is the prefix of their ids."""

    ACCOUNT = "acc"
    API_KEY = "key"
    BONUS_RULE = "rul"
    ECP = "ecp"
    ENROLLMENT = "enr"
    GEOGRAPHY = "geo"
    NOTIFICATION = "ntf"
    PRODUCT = "prd"
    SCHEME = "sch"
    SCHEME_ACTIVITY = "act"
    TIER = "tir"
    VARIANT = "var"
    VENDOR = "ven"
    WEBHOOK_DELIVERY = "whd"
    WEBHOOK_ENDPOINT = "whk"

    @property
    def label(self) -> str:
        """The kind as people write it: "bonus rule"."""
        capital = {NodeKind.API_KEY: "API key", NodeKind.ECP: "ECP"}
        return capital.get(self) or self.name.replace("_", " ").lower()
