"""The workspace of a remote engine: a volume there and the folder here, kept alike by archives."""
