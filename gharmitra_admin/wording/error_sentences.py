"""Every failure of the engine: what happened and what is safe, then what to do next. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Mapping

from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.wording.language import mark

SENTENCES: Mapping[Code, tuple[str, str]] = {
    Code.BAD_NAME: (mark("“{name}” is not the name of a backup."), mark("Give one name as the list shows it, without a folder.")),
    Code.BAD_SETTING: (mark("The setting {name} cannot be {value}."), mark("Correct it in the settings file.")),
    Code.BAD_KIND: (mark("“{name}” is not a kind of backup."), mark("Use automatic, manual, logout or scheduled.")),
    Code.BAD_SIZE: (mark("Books of {size_mb} MB cannot be made."), mark("Ask for a size from {smallest} to {largest} MB.")),
    Code.NAME_TOO_LONG: (mark("The name “{name}” is too long."), mark("Use a shorter name or a folder with a shorter path.")),
    Code.LABEL_TOO_LONG: (mark("That text is too long: at most {limit} letters."), mark("Say it in fewer words.")),
    Code.BAD_ROLE: (mark("“{name}” is not the role of a token."), mark("Use read, backup or restore.")),
    Code.NOTHING_NAMED: (
        mark("It was not said what is known, or more than one thing at once."),
        mark("Name one backup, or say vanished or accounts (--vanished, --accounts in a terminal)."),
    ),
    Code.BAD_VALIDITY: (
        mark("A token cannot be valid for {days} days."),
        mark("Ask for {smallest} to {largest} days."),
    ),
    Code.ADDRESS_UNKNOWN: (
        mark("“{name}” is not an address of this computer. The server was not started."),
        mark("Leave --host away to serve this computer alone, or give one of its own addresses."),
    ),
    Code.ADDRESS_NEEDS_TLS: (
        mark(
            "Other computers could reach “{name}”, and without a certificate anybody on the way could read tokens and books. "
            "The server was not started."
        ),
        mark("Leave --host away to serve this computer alone, or give both --tls-cert FILE and --tls-key FILE."),
    ),
    Code.TLS_UNUSABLE: (
        mark(
            "The certificate {path} and its key cannot be used: they do not belong together, are not PEM files, or the key has a "
            "password. The server was not started."
        ),
        mark("Give the certificate and the key that was made with it, both as PEM files, the key without a password."),
    ),
    Code.PORT_TAKEN: (
        mark("Port {name} is taken by another program. The server was not started."),
        mark("Look whether it runs already, or choose another port with --port."),
    ),
    Code.CANNOT_LISTEN: (
        mark("The server cannot be started at {name}: {reason}."),
        mark("Choose another port with --port: those below 1024 belong to the system."),
    ),
    Code.SERVER_NOT_INSTALLED: (
        mark("What serves over HTTP is not installed here: {name}."),
        mark('Install it with: pip install "gharmitra-admin[server]"'),
    ),
    Code.TOKEN_NOT_FOUND: (mark("There is no token {name}."), mark("Look for its id with: gharmitra-admin token list")),
    Code.TOKENS_DAMAGED: (
        mark("The list of tokens cannot be read: {path} Until it can, no token is valid. It was left as it is."),
        mark("Move that file to another folder, then make new tokens. The backups are not touched by this."),
    ),
    Code.BOOKS_NOT_FOUND: (
        mark("The books are not there: {path}"),
        mark("Look whether GharMitra was moved or its drive is not connected, then choose the books again."),
    ),
    Code.BACKUP_NOT_FOUND: (mark("There is no backup named {name}."), mark("Look at the list for the right name.")),
    Code.FILE_NOT_FOUND: (mark("There is no file {path}"), mark("Look whether it was moved or renamed.")),
    Code.NO_SOCIETY: (
        mark("No society has been set up on this PC yet."),
        mark("Open the window once and choose the books, or name them with --db FILE. To try it out: gharmitra-admin demo FOLDER"),
    ),
    Code.SOCIETY_NOT_FOUND: (mark("No society named {name} has been set up."), mark("Open the window to see which are.")),
    Code.BOOKS_NOT_NAMED: (
        mark("Where the books of this backend are is not said: not in app.config.settings.DATABASE_URL, DATABASE_URL or .env."),
        mark('Name them: protect(app, db="gharmitra.db"), or GHARMITRA_DB in the environment.'),
    ),
    Code.NO_BACKUP_YET: (mark("There is no checked backup yet."), mark("Make one first.")),
    Code.BOOKS_BUSY: (
        mark("Another program is holding the books: {path} Nothing was copied; earlier backups are untouched."),
        mark("Wait until GharMitra has finished what it is doing, then try again."),
    ),
    Code.BOOKS_IN_USE: (
        mark("The books are open in another program{programs}: {path}. Nothing has been changed."),
        mark("Close GharMitra on this PC, then try again."),
    ),
    Code.BOOKS_KEEP_CHANGING: (
        mark("The books changed while they were being read: {path} Nothing was kept; earlier backups are untouched."),
        mark("Try again in a minute, or close GharMitra first."),
    ),
    Code.DOCUMENT_KEEPS_CHANGING: (
        mark("The document {path} is being written by another program all the time."),
        mark("Close what writes it, then try again."),
    ),
    Code.JOB_RUNNING: (mark("{holder} Nothing was changed."), mark("Wait until it has finished, then try again.")),
    Code.LOCK_LOST: (
        mark("Another program removed {path} while work was going on. Nothing was kept; earlier backups are untouched."),
        mark("Try again. If it happens again, keep clean-up programs out of this folder."),
    ),
    Code.BOOKS_DAMAGED: (
        mark("The books have a damaged part: {path} No earlier backup will be removed."),
        mark("Make no more entries. Look at Health and write to support."),
    ),
    Code.BOOKS_EMPTY: (
        mark("The books are empty: {path} has nothing in it. No backup was made and no earlier one will be removed."),
        mark("Make no entries. Restore the newest good backup, or write to support."),
    ),
    Code.BOOKS_NOT_A_DATABASE: (
        mark("The books cannot be opened: {path} is not a database any more. No earlier backup will be removed."),
        mark("Make no entries. Restore the newest good backup, or write to support."),
    ),
    Code.BOOKS_REPLACED: (
        mark("Another file took the place of the books while they were being copied: {path} Nothing was kept."),
        mark("Look who replaced it, then make the backup again."),
    ),
    Code.COPY_DAMAGED: (
        mark("The copy came out wrong twice and was removed ({path}): {problem} The books are fine and earlier backups are untouched."),
        mark("The disk may be failing. Try another folder or drive, and write to support."),
    ),
    Code.BACKUP_DAMAGED: (mark("The backup {name} is damaged: {problem}"), mark("Use another backup. This one is left as it is.")),
    Code.BACKUP_MISSING: (mark("The file of the backup {name} is gone."), mark("Look whether it was moved; use another backup.")),
    Code.AUDIT_DAMAGED: (mark("The activity record cannot be read: {path}"), mark("Write to support; do not edit the file.")),
    Code.DOCUMENT_DAMAGED: (
        mark("A stored document is damaged: {path} The books are not touched by this."),
        mark("Make a backup now: it stores the document again if it is still there."),
    ),
    Code.DOCUMENT_NOT_KEPT: (
        mark("The document {path} was left as it is: no copy of it could be kept."),
        mark("Copy it elsewhere, take it out of its folder, then restore again."),
    ),
    Code.DOCUMENT_LIST_DAMAGED: (
        mark("The list of a backup's documents is damaged: {path}"),
        mark("The books in that backup are not touched by this. Make a backup now."),
    ),
    Code.BACKEND_STAYS: (
        mark("GharMitra did not stop. Nothing has been changed."),
        mark("Close its window on this PC, then look again."),
    ),
    Code.BACKEND_RESTARTED: (
        mark("GharMitra is started again at once by another program ({name}). Nothing has been changed."),
        mark("Stop it there, then look again."),
    ),
    Code.BACKEND_NO_RIGHTS: (
        mark("This user may not stop GharMitra. Nothing has been changed."),
        mark("Close its window on this PC, or ask whoever started it, then look again."),
    ),
    Code.BACKEND_NOT_STARTED: (
        mark("GharMitra did not start in {path}{because}. The books are as they are."),
        mark("Start it as on every other day."),
    ),
    Code.SAFETY_FAILED: (
        mark("The safety backup of the present books could not be checked: {problem} So nothing was replaced."),
        mark("The disk may be failing. Make a backup and look at Health before you try again."),
    ),
    Code.RESTORE_FAILED: (
        mark("What was written from {name} is not what the backup holds: {problem}"),
        mark("Try again; if it fails again, the disk may be failing. Write to support."),
    ),
    Code.RESTORE_HALF: (
        mark("Replacing the books failed in the middle: {path}{because} What they were is kept as {name}."),
        mark("Do not start GharMitra. Start this program again: it finishes or goes back, and tells you which."),
    ),
    Code.INTENT_DAMAGED: (
        mark("The note of a restore that was under way cannot be read: {path}"),
        mark("Do not enter anything. Write to support before you do anything else."),
    ),
    Code.NO_REENTRY_LIST: (
        mark("There is no re-entry list: nothing was restored, or the restore was undone."),
        mark("After a restore it is there."),
    ),
    Code.NOT_ON_THE_LIST: (
        mark("This entry is not on the re-entry list, or it is back in the books: {name}"),
        mark("Open the list again."),
    ),
    Code.NOTHING_TO_UNDO: (
        mark("There is no restore to undo. Nothing has been changed."),
        mark("To go back to a backup, restore it from the list."),
    ),
    Code.RESTORE_NOT_CONFIRMED: (
        mark("The books were not replaced: going back to {name} was not confirmed."),
        mark("Look with --dry-run at what would change, then type the number when asked, or add --yes."),
    ),
    Code.OTHER_SOCIETY: (
        mark("This backup is of {theirs}, not of {ours}. It cannot replace these books."),
        mark("Choose a backup of {ours}."),
    ),
    Code.NOT_THESE_BOOKS: (
        mark("{name} is not a backup of these books. It cannot replace them."),
        mark("Choose another backup."),
    ),
    Code.NEWER_SCHEMA: (
        mark("This backup is from a newer GharMitra than the one on this PC. Nothing has been changed."),
        mark("Update GharMitra first."),
    ),
    Code.BOOKS_CHANGED: (
        mark("{found} entries would be different now, not {expected}: the books changed meanwhile. Nothing has been replaced."),
        mark("Look again at what would change."),
    ),
    Code.PLAN_CHANGED: (
        mark("Going back to {name} would change something else now than what was shown. Nothing has been replaced."),
        mark("Look again at what would change, while nobody enters anything."),
    ),
    Code.NOT_OUR_SERVER: (
        mark("Process {pid} is not the server that this command runs in. Nothing has been changed."),
        mark("Ask GharMitra itself to go back, or close it and use the window."),
    ),
    Code.NOTHING_TO_RESCUE: (
        mark("Nothing can be read of {path}: {problem} It was left as it is."),
        mark("Look whether it is the right file. An encrypted file must be opened with its own program first."),
    ),
    Code.RESCUE_NEEDS_BACKUP: (
        mark("Entries are there in {path}, but not what they mean: that part of the file is lost. It was left as it is."),
        mark("Name any whole backup of these books with --like FILE, an old one too."),
    ),
    Code.RESCUE_FAILED: (
        mark("What was read could not be made into whole books: {problem} Nothing was kept; the damaged file is as it was."),
        mark("Write to support."),
    ),
    Code.OUTPUT_EXISTS: (
        mark("Something of that name is there already: {path} It was left as it is."),
        mark("Choose a name that is free."),
    ),
    Code.RESCUE_AMONG_BACKUPS: (
        mark("{path} lies among the society's backups or records. Nothing was written."),
        mark("Choose another folder: what is rescued is not a checked backup."),
    ),
    Code.DISK_FULL: (
        mark("There is no room left in {path}{room}. Nothing was kept; earlier backups are untouched."),
        mark("Free some room, then try again."),
    ),
    Code.NOT_CONFIRMED: (mark("Nothing was deleted: {name} was not confirmed."), mark("Say yes when asked, or add --yes.")),
    Code.LAST_GOOD_BACKUP: (
        mark("{name} is the only checked backup. It was not deleted."),
        mark("Make another one first, then delete this one."),
    ),
    Code.MARKS_A_LOSS: (
        mark("{name} is where many entries were first missing from the books. It was not deleted: it holds back earlier backups."),
        mark("If you took the entries out, say so first (“I did this” beside it, or acknowledge in a terminal). If not, keep it."),
    ),
    Code.NOT_A_REGULAR_FILE: (
        mark("{path} is not an ordinary file. It was not opened."),
        mark("Choose the file itself, not a link or folder."),
    ),
    Code.IS_THE_BOOKS: (mark("{path} is the books themselves."), mark("Choose a backup.")),
    Code.INSIDE_THE_SOCIETY: (
        mark("{path} lies inside the society's own folders. Nothing was copied."),
        mark("Choose a folder on another drive: a copy beside the books is lost with them."),
    ),
    Code.UNSAFE_FOLDER: (mark("Backups cannot lie in {path}"), mark("Choose a folder that is not the books themselves.")),
    Code.FILE_IN_THE_WAY: (
        mark("A file stands where a folder should be: {path}. Nothing was changed."),
        mark("Rename that file or move it away; the folder is made with the next backup."),
    ),
    Code.LOCKS_UNSUPPORTED: (
        mark("The drive of {path} cannot keep two programs from writing at once. Nothing was changed."),
        mark("Choose a folder on a drive of this PC for the backups."),
    ),
    Code.AUDIT_UNWRITABLE: (
        mark("The activity record cannot be written: {path} ({reason}) So nothing was changed."),
        mark("Free some room or allow writing there, then try again."),
    ),
    Code.BACKUP_UNCHECKED: (mark("{name} has not been checked, so it is not used for this."), mark("Check it first.")),
    Code.FOLDER_NOT_EMPTY: (mark("There are books in {path} already. They were left as they are."), mark("Choose an empty folder.")),
    Code.FILE_THERE: (
        mark("A file of that name is there already: {path} It was left as it is."),
        mark("Choose another name."),
    ),
    Code.NOT_HERE: (
        mark("{path} belongs to the books or their backups. Nothing was written there."),
        mark("Choose another name or folder."),
    ),
    Code.OTHER_DRIVE: (
        mark("This is not the drive that the earlier copies in {path} lie on. Nothing was written."),
        mark("Plug in that drive. For a new one, choose or make a folder of another name on it."),
    ),
    Code.OTHER_COPY_THERE: (
        mark("Another file of that name lies there already: {path} It was left as it is."),
        mark("Choose another folder, or rename that file."),
    ),
    Code.CANNOT_READ: (
        mark("{path} cannot be read: {reason}. Nothing has been changed."),
        mark("Look at the drive and at who may read this file."),
    ),
    Code.CANNOT_WRITE: (
        mark("This program cannot write to {path}: {reason}. Earlier backups are untouched."),
        mark("Allow writing there, or choose another folder."),
    ),
    Code.PLACE_UNREACHABLE: (
        mark("{path} cannot be reached{because}. Nothing was kept there; the backups on this PC are untouched."),
        mark("Plug in the drive or connect the folder, then try again."),
    ),
    Code.CANCELLED: (mark("Cancelled. Nothing was kept and the books were not touched."), ""),
}
