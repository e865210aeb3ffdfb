"""The phases of a month: they let agents decide and processes happen."""
