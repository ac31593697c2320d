"""Everything that the API of schemes refuses, and the lists and actions that it offers."""
