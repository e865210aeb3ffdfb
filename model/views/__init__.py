"""Figures and tables for people: plots, maps, the chronicle of a run."""
