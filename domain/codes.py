"""Patterns for codes that people and connected systems enter."""

import re
from typing import Final

ACTIVITY_KIND: Final = re.compile(r"[A-Z][A-Z0-9_]{1,59}")
CODE_PATTERN: Final = re.compile(r"[A-Z0-9][A-Z0-9._/-]{0,39}")
