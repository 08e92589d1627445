"""GharMitra Admin: checked backups of a housing society's books.

The words of this house, in code and on screen:

========  =====================================================================================
society   one GharMitra database with its folder: ``gharmitra.db``, ``backups/``, ``logs/``, ``uploads/``
books     the live database
backup    one checked, self-contained copy of the books: a plain ``.db`` file and its manifest
kind      why it was made: automatic, manual, logout, scheduled, pre-restore
copied    the bytes are there; *checked*: integrity, hash, size, schema and rows agree; *proven*: a test restore passed
kept      never removed by rotation
copy      a backup carried elsewhere: a folder, a drive
audit     the activity record: one line per event, each with the hash of the one before
backend   the GharMitra server process that uses the books
========  =====================================================================================

The floors; imports only go down::

    gui | cli | api     the faces: a window, a terminal, HTTP
    answers             the records that the terminal prints and HTTP answers: no words, no engine
    wording             every sentence a user reads, made from codes and values
    engine/vault        the front door: opens one society, composes operations
    engine/operations   what a user asks for: backup, verify, copies, health, ...
    engine/parts        what operations are made of: live_books, snapshot, verify, catalogue, retention, audit
    engine/base         what all stands on: sqlite, files, paths, settings, job, errors, clock

Start reading at ``engine/vault/__init__.py``, then ``engine/operations/backup.py``.
"""

__version__ = "0.1.0"
