"""The schema as clients read it: printed, and parsed again, once for all tests."""

from typing import Final

from graphql import build_schema

from schema.build import schema_text

TEXT: Final = schema_text()
SCHEMA: Final = build_schema(TEXT)
