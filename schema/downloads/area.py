"""What downloads add to the schema."""

from typing import Final

from schema.area import Area
from schema.downloads.fields import DownloadMutations

AREA: Final = Area(mutations=(DownloadMutations,))
