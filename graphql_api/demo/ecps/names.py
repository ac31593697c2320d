"""Names of the demo ECPs: real given names and invented family names."""

from collections.abc import Mapping
from itertools import product
from typing import Final

from graphql_api.demo.lines import Line

# fmt: off
GIVEN_NAMES: Final = (
    "Aarav", "Aditi", "Anil", "Asha", "Bhavna", "Bina", "Binod", "Chetan", "Deepa", "Devika", "Dipak", "Esha",
    "Farida", "Ganesh", "Gita", "Harish", "Imran", "Indira", "Jaya", "Jyoti", "Kamal", "Kavita", "Kiran",
    "Lakshmi", "Lalit", "Madhav", "Manisha", "Mohan", "Nandini", "Naresh", "Nisha", "Omkar", "Pallavi",
    "Prakash", "Priya", "Rafiq", "Rajan", "Rekha", "Ritu", "Sachin", "Sana", "Sanjay", "Shobha", "Sita",
    "Suresh", "Tenzin", "Uma", "Vikram", "Vinita", "Yusuf",
)
_BEGINNINGS: Final = (
    "Lantern", "Copper", "Velvet", "Marble", "Saffron", "Thistle", "Ember", "Pebble", "Juniper", "Kettle",
    "Ripple", "Opal", "Willow", "Zephyr", "Nettle", "Feather", "Cobalt", "Hazel", "Clover", "Driftwood",
)
# fmt: on
_ENDINGS: Final = ("kar", "wala", "wick", "dane", "mor")
FAMILY_NAMES: Final = tuple(f"{beginning}{ending}" for beginning, ending in product(_BEGINNINGS, _ENDINGS))

# The words after the family name in the name of a practice.
PRACTICES: Final[Mapping[Line, tuple[str, ...]]] = {
    Line.LUBRICANTS: ("Motor Works", "Auto Service", "Garage", "Two-Wheeler Repairs", "Oil Counter", "Diesel Service"),
    Line.CAR_CARE: ("Detailing Studio", "Car Wash", "Car Accessories"),
    Line.EYE_CARE: ("Opticians", "Eye Care", "Spectacle House", "Vision Center"),
}
MAIL_DOMAINS: Final = ("example.com", "example.org", "example.net")
