"""Bars of GS1-128: digits in Code 128, as GS1 General Specifications, section 5.4, and ISO/IEC 15417 define it."""

import re
from typing import Final

# The widths of bars and spaces of each symbol character, in modules: ISO/IEC 15417, table 1.
_WIDTHS: Final = (
    *("212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213"),
    *("221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132"),
    *("221231", "213212", "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211"),
    *("212123", "212321", "232121", "111323", "131123", "131321", "112313", "132113", "132311", "211313"),
    *("231113", "231311", "112133", "112331", "132131", "113123", "113321", "133121", "313121", "211331"),
    *("231131", "213113", "213311", "213131", "311123", "311321", "331121", "312113", "312311", "332111"),
    *("314111", "221411", "431111", "111224", "111422", "121124", "121421", "141122", "141221", "112214"),
    *("112412", "122114", "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111"),
    *("111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141"),
    *("214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311", "113141"),
    *("114131", "311141", "411131", "211412", "211214", "211232", "2331112"),
)
_PAIRS: Final = re.compile(r"(?:[0-9]{2})+")
_FNC1: Final = 102
_START_C: Final = 105
_STOP: Final = 106
_CHECK_MODULUS: Final = 103
# The application identifier of an SSCC.
SSCC_IDENTIFIER: Final = "00"
# The empty space that each side needs.
QUIET_MODULES: Final = 10


def encode_gs1(digits: str) -> str:
    """The widths of bars and spaces of an element string, in modules, beginning with a bar and without quiet zones.

    `digits` begins with its application identifier and has an even number of digits, so that code set C holds all of
    them. Raises ValueError for others.
    """
    if not _PAIRS.fullmatch(digits):
        message = f"GS1-128 in code set C holds pairs of digits, and {digits!r} is something else."
        raise ValueError(message)
    values = [_START_C, _FNC1, *(int(digits[at : at + 2]) for at in range(0, len(digits), 2))]
    check = (values[0] + sum(position * value for position, value in enumerate(values))) % _CHECK_MODULUS
    return "".join(_WIDTHS[value] for value in (*values, check, _STOP))


def encode_sscc(sscc: str) -> str:
    """The widths of bars and spaces of an SSCC. Raises ValueError if it does not have 18 digits."""
    return encode_gs1(f"{SSCC_IDENTIFIER}{sscc}")


def count_modules(widths: str) -> int:
    """How wide bars and spaces are together, in modules."""
    return sum(map(int, widths))


def bars_svg(widths: str) -> str:
    """Draw bars as SVG, as wide as they have modules, with quiet zones, and 1 high: stretch it to the height."""
    at, path = QUIET_MODULES, []
    for index, width in enumerate(map(int, widths)):
        if index % 2 == 0:
            path.append(f"M{at} 0h{width}v1h-{width}z")
        at += width
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {at + QUIET_MODULES} 1" preserveAspectRatio="none">'
        f'<path d="{"".join(path)}"/></svg>'
    )
