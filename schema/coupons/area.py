"""What the coupons area adds to the schema."""

from typing import Final

from schema.area import Area
from schema.coupons.fields import CouponMutations

AREA: Final = Area(mutations=(CouponMutations,))
