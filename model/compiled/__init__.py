"""Phases of a month that one kernel works out: what they take from the model, and what becomes of their answers."""
