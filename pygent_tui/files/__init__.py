"""Files of any size behind the screen: read as lines, searched, and saved to. Imports no textual."""
