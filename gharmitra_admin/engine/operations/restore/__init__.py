"""Going back to a backup: what speaks for and against it now, the writing itself, and what becomes of one that was cut off."""
