"""How the window looks: colours, type, marks, and the theme that puts them on. Leaves nothing on disk."""
