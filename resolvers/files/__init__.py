"""Files: uploads that become stored files, inspection, links that download them, and the deletion of what nobody uses."""
