"""EPCIS adds no fields; its clients speak another protocol."""
