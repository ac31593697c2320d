"""Every scheme of the demo data."""

from typing import Final

from graphql_api.demo.schemes.coupon_schemes import COUPON_SCHEMES
from graphql_api.demo.schemes.decided_schemes import DECIDED_SCHEMES
from graphql_api.demo.schemes.undecided_schemes import UNDECIDED_SCHEMES

SCHEMES: Final = (*UNDECIDED_SCHEMES, *DECIDED_SCHEMES, *COUPON_SCHEMES)
