"""The points that sales earn, with the verdicts that explain them."""
