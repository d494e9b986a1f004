"""The only rooms of the app that start programs of this machine."""
