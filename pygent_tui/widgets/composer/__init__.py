"""Where the user writes, and what waits to be sent."""
