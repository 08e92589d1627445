"""The look: colours, theme, marks."""
