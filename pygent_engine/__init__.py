"""Pygent headless engine."""
