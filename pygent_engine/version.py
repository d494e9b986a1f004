"""The version, alone, so that `pygent --version` costs nothing more."""

__version__ = "0.1.0"
