"""Scenario files: their schema, reading, overrides and the frozen specification of a run."""
