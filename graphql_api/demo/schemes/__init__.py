"""Demo schemes: what each is about, and the steps people took with it."""
