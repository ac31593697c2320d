"""Files: uploads that become stored files, and links that download them."""
