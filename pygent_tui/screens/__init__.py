"""The screens of the app: the workbench, and the dialogs that stand before it."""
