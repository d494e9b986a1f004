"""Delegated tasks: the manager, the task and its states, and the tools by which a model delegates."""

from __future__ import annotations

from .manager import TaskManager

__all__ = ["TaskManager"]
