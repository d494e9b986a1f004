"""What the panes show, as values: pure folds `(state, envelope) -> state`. Nothing here imports textual or rich."""
