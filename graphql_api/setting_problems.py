"""Sentences for wrong values of settings, which name the variable of the environment."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

# For each type of error of pydantic, what to write instead; the names in braces are those of its context.
_ADVICE: Final[Mapping[str, str]] = {
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_parsing": "write a number",
    "bool_parsing": "write true or false",
    "greater_than": "write a number above {gt:g}",
    "greater_than_equal": "write at least {ge:g}",
    "less_than_equal": "write at most {le:g}",
    "literal_error": "write {expected}",
    "string_pattern_mismatch": "it does not have the form that README.md describes",
}


def setting_problems(error: ValidationError) -> str:
    """All wrong settings, a sentence each. A value is quoted only where it is no secret."""
    return " ".join(_sentence(item) for item in error.errors(include_url=False))


def _sentence(item: Mapping[str, Any]) -> str:
    name = ".".join(map(str, item["loc"]))
    shown = name if name.isupper() else f"TESSERA_{name.upper()}"
    if item["type"] == "value_error":
        return f"{shown} is wrong: {str(item['ctx']['error']).rstrip('.')}."
    advice = _ADVICE.get(item["type"])
    if advice is None:
        return f"{shown} is wrong: {item['msg']}."
    value = item["input"]
    given = f"“{value}”" if isinstance(value, str | int | float) else "its value"
    return f"{shown} cannot be {given}: {advice.format(**item.get('ctx', {}))}."
