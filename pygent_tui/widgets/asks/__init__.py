"""The panels that ask, in place of the composer."""
