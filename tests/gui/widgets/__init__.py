"""The view components."""
