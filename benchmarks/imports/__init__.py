"""Imports of files of sales: lines a second and memory of one worker, and kills while it works."""
