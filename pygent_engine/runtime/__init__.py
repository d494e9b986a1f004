"""Where an agent's commands run and its files live. The only room that runs them or imports docker, the latter lazily."""

from .runtime import Runtime
from .workspace_check import check_workspace

__all__ = ["Runtime", "check_workspace"]
