"""Every sentence a user reads: codes and values in, words out, through gettext. Knows no window, no terminal, no web."""
