"""HTTP: one face on the engine."""
