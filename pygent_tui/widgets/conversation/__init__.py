"""The conversation: its items in a column, and the cards that they are drawn as."""
