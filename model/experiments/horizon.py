"""How long runs may be before they leave what the model was held against."""

from __future__ import annotations

from collections.abc import Iterable

CALIBRATED_MONTHS = 60
"""Five years: the longest hindcast, from February 2021 on, has 59 months, and calibration looks at the first 47 of them."""


def horizon_words(lengths: Iterable[int]) -> str:
    """A sentence on runs that are longer than what the model was held against; empty where none is.

    Args:
        lengths: months of the runs.
    """
    longest = max(lengths, default=0)
    if longest <= CALIBRATED_MONTHS:
        return ""
    return (
        f"Extrapolation: runs of {longest} months leave the calibrated horizon of {CALIBRATED_MONTHS} months, beyond which the model was "
        f"never compared with a record; levels after month {CALIBRATED_MONTHS} reflect assumptions only."
    )
