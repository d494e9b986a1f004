"""What a command writes, as bounded text: folded as a terminal would show it, the whole kept in a file. Pure but for that file."""
