"""The world the actors act on, and what is done with it. Importing this package loads nothing heavy."""

__version__ = "0.2.0"
