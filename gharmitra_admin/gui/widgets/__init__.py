"""The window's parts: plain records in, signals out; no part knows the engine. Leaves nothing on disk."""
