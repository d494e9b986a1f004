"""Output of calls: the pane, the full screen, and the sheet that both draw lines on."""
