"""Tests of the mapping between movements and events of EPCIS."""
