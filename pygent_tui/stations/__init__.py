"""The parts of the conductor's work, one a module: each shows what changed and takes the requests that are its own."""
