"""The board of the tasks, and what the screens of one task are made of."""
