"""Records of what folders hold, how they differ, and the three-way merge of a path. Content is kept as git objects, in a store of ours."""

from __future__ import annotations

from .joining import Change, Joined, joined
from .journal import Journal
from .mending import mend, remove_folders
from .merging import Merge, Version, content_of, three_way
from .noting import Step
from .reading import keep, read_version
from .rules import Rules
from .store import LARGE, GitMissing, Store
from .transfer import write_all
from .tree import EMPTY, Entry, Tree, beneath, changes, look, snapshot, stamp_of

__all__ = [
    "EMPTY",
    "LARGE",
    "Change",
    "Entry",
    "GitMissing",
    "Joined",
    "Journal",
    "Merge",
    "Rules",
    "Step",
    "Store",
    "Tree",
    "Version",
    "beneath",
    "changes",
    "content_of",
    "joined",
    "keep",
    "look",
    "mend",
    "read_version",
    "remove_folders",
    "snapshot",
    "stamp_of",
    "three_way",
    "write_all",
]
