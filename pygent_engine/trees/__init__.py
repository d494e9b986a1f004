"""Records of what folders hold, how they differ, and the three-way merge of a path. Content is kept as git objects, in a store of ours."""

from __future__ import annotations

from .joining import Change, Joined, joined
from .merging import Merge, Version, content_of, three_way
from .rules import Rules
from .store import LARGE, GitMissing, Store
from .transfer import Step, Written, keep, read_version, remove_folders, write_all
from .tree import EMPTY, Entry, Tree, beneath, changes, look, snapshot

__all__ = [
    "EMPTY",
    "LARGE",
    "Change",
    "Entry",
    "GitMissing",
    "Joined",
    "Merge",
    "Rules",
    "Step",
    "Store",
    "Tree",
    "Version",
    "Written",
    "beneath",
    "changes",
    "content_of",
    "joined",
    "keep",
    "look",
    "read_version",
    "remove_folders",
    "snapshot",
    "three_way",
    "write_all",
]
