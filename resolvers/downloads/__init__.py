"""Downloads by signed links: the codes of consignments."""
