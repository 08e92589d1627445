"""The window and the tray: one face on the engine."""
