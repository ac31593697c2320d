"""The largest bodies of requests, as settings state them and the transport applies them."""

from msgspec import Struct


class BodyLimits(Struct, frozen=True):
    """The largest bodies in bytes: of any request, and of a signed-in one that reports sales."""

    usual: int
    bulk: int
