"""Tessera with the standard executor: the same application with another execution of its schema.

DATABASE_URL=… TESSERA_JWT_KEYS=… PORT=… python -m benchmarks.standard
"""

from typing import Any

import strawberry
from strawberry.types.execution import ExecutionResult

from graphql_api import app
from graphql_api.execution import CompiledSchema
from graphql_api.serving import serve_until_stopped
from graphql_api.settings import Settings


class StandardSchema(CompiledSchema):
    """A schema that never plans: Strawberry parses, validates and executes every request, as it does by default."""

    async def execute(self, *args: Any, **options: Any) -> ExecutionResult:
        """Execute as Strawberry does."""
        return await strawberry.Schema.execute(self, *args, **options)


def main() -> None:
    """Serve until SIGTERM."""
    app.CompiledSchema = StandardSchema  # type: ignore[attr-defined] # this is the whole difference
    settings = Settings()
    if settings.database_url is None:
        raise SystemExit("Set DATABASE_URL.")
    serve_until_stopped(settings, settings.database_url.get_secret_value())


if __name__ == "__main__":
    main()
