"""Tests of the server's composition."""
