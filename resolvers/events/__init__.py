"""The public stream of events over all areas: facts and visibility."""
