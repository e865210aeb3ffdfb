"""The hindcast: the model against the record of 2021 to 2025."""
