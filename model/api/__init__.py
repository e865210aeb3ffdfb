"""What ``import pangwa`` gives: runs, batches and look-ups for Python and notebooks, which the command line uses as well."""
