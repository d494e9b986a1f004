"""Commands on this machine: in sessions of their own, swept with all that they started, ended with their program."""
