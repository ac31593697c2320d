"""Secrets of webhook endpoints."""

import base64
from secrets import token_bytes
from typing import Final

from domain.webhooks.addresses import SECRET_PREFIX

NEW_SECRET_BYTES: Final = 32


def new_secret() -> str:
    """Generate a secret for one endpoint: `whsec_` and 32 random bytes in base64."""
    return SECRET_PREFIX + base64.b64encode(token_bytes(NEW_SECRET_BYTES)).decode()
