"""Artwork: its versions, the reviews of vendors, and the blocks that open requests for a revision are."""
