"""Files: the tables of uploads and stored files, and the statements that read and change them."""
