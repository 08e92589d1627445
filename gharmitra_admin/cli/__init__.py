"""The terminal: one face on the engine."""
