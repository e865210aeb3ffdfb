"""What is recorded of a run, and what is derived from it."""
