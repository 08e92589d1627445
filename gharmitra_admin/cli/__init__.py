"""The terminal: one file per family of commands, exit codes in one place. Makes no sentences of its own beyond its help."""
