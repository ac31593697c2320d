"""The secrets of test servers: the same in every test, so that tests know the codes of coupons."""

import base64
from typing import Final

from domain.coupons.keys import CouponKeys
from domain.links import LinkSigner

_COUPON_SECRET: Final = b"a coupon secret that tests share."
_LINK_SECRET: Final = b"a link secret that all tests share"
COUPON_KEYS_SETTING: Final = f"1:{base64.b64encode(_COUPON_SECRET).decode()}"
LINK_SECRET_SETTING: Final = base64.b64encode(_LINK_SECRET).decode()
COUPON_KEYS: Final = CouponKeys({1: _COUPON_SECRET})
LINKS: Final = LinkSigner(_LINK_SECRET)
