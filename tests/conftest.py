"""What holds for every test: no display, and the same examples from hypothesis on every machine."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Before anything imports matplotlib; processes that tests start inherit it.
os.environ["MPLBACKEND"] = "Agg"

# A failure must be the commit's doing: examples depend on the test alone, not on the clock or on earlier runs. A world is
# built once for many examples, so fixtures may outlive an example.
settings.register_profile(
    "pangwa",
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("pangwa")
