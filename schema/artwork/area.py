"""What the artwork area adds to the schema."""

from typing import Final

from resolvers.artwork.files import may_see_artwork_file
from resolvers.artwork.nodes import NODES
from resolvers.artwork.thumbnails import JOBS
from schema.area import Area
from schema.artwork import errors
from schema.artwork.fields import ArtworkMutations, ArtworkQueries

AREA: Final = Area(
    queries=(ArtworkQueries,),
    mutations=(ArtworkMutations,),
    errors=errors,
    nodes=NODES,
    jobs=JOBS,
    file_access=(may_see_artwork_file,),
)
