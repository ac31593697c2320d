"""The outbox: appending events, cursors, feeds, and retention. It knows no area."""
