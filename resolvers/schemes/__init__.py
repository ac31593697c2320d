"""Schemes: lists, the wizard with its five steps, review, submission, approval and revisions."""
