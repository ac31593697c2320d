"""The lock of artwork. Movements take it, too, so the area of consignments has it."""

from resolvers.consignments.artwork_locking import add_artworks, load_artwork_facts, lock_artworks

__all__ = ["add_artworks", "load_artwork_facts", "lock_artworks"]
