"""The engine: no window, no event loop, no web, no sentences."""
