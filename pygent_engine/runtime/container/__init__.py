"""Commands in a container: its lanes, its start and its loss. What the engine does stands in `engine`."""
