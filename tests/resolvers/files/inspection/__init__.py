"""Tests of the inspection of files, and of thumbnails."""
