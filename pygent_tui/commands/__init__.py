"""The commands of the app, one table for the composer, the palette and the help, and the door for those of other packages.

An entry point `pygent.commands` names a `Command`, several, or what makes them; what such a command gets is a `Desk`.
"""

from .command import Command
from .desk import Desk

__all__ = ["Command", "Desk"]
