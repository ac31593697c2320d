"""Demo artwork: what designers uploaded, and how vendors reviewed it."""
