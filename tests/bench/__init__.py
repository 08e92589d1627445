"""Measurements: pairs in turns in one run, and bounds that ``--check`` holds."""
