"""The text and the bars of shipping documents."""
