"""What the bans say of a command, read with a real shell parser. Advice to a model, not a border: the border is the container."""
