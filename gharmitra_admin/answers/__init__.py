"""The answers that others rely on: what the terminal prints with ``--json`` and what HTTP answers. Fields are only ever added.

Records and nothing else, no engine and no words, so that one face can describe what another one prints. The faces fill them.
"""
