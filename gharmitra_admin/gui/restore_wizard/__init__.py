"""Going back in six pages: which backup, what changes, getting ready, confirm, restoring, done.

``wizard`` is the frame, one file per page, ``presenting`` makes their views, ``flow`` does the work. Leaves nothing on disk.
"""
