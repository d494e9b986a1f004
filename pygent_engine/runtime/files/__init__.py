"""A workspace's files, from the host's side: every path is resolved beneath the workspace before a byte is touched."""
