"""A contract for import-linter: an area imports only the public modules of another area."""

from fnmatch import fnmatchcase
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class PublicModulesContract(Contract):
    """Within one layer, an area may import another area's modules only if their names match `public`.

    Configuration options:
        - layer:  The package that holds the areas.
        - public: Names of modules, with wildcards, that an area opens to the others.
        - ground: Packages of the layer that are no areas and open all of their modules.
    """

    type_name = "public_modules"

    layer = fields.StringField()
    public = fields.ListField(subfield=fields.StringField())
    ground = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 - import-linter's interface
        """Find the imports that reach into another area."""
        del verbose
        found = [
            (importer, imported)
            for importer in sorted(graph.find_descendants(str(self.layer)))
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if self._reaches_in(importer, imported)
        ]
        return ContractCheck(kept=not found, metadata={"imports": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import."""
        imports: list[tuple[str, str]] = check.metadata["imports"]
        for importer, imported in imports:
            output.print_error(f"{importer} imports {imported}, which its area keeps to itself.")

    def _reaches_in(self, importer: str, imported: str) -> bool:
        ground: Any = self.ground
        public: Any = self.public
        layer, *path = imported.split(".")
        own, *own_path = importer.split(".")
        if layer != own or len(path) < 2 or len(own_path) < 2 or path[0] == own_path[0] or path[0] in ground:
            return False
        return not any(fnmatchcase(path[1], pattern) for pattern in public)
