"""A bar to search with, who holds it, and what can be searched."""
