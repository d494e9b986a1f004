"""What the app remembers between runs, in private files of its state folder. Imports no textual."""
