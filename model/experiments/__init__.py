"""Batches of runs: their store on disk, the runner, tables and effects."""
