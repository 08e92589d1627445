"""The uploaded documents: which there are, their bytes stored once however many backups name them, and their list.

Leaves ``backups/documents/ab/abcd...`` (the bytes under their SHA-256), ``backups/documents/lists/SHA256.json`` (which document lay
where) and ``backups/documents/.seen_*.json`` (a cache of hashes that may be thrown away).
"""

from gharmitra_admin.engine.parts.documents import listing
from gharmitra_admin.engine.parts.documents.listing import Document, same_documents
from gharmitra_admin.engine.parts.documents.store import read_list
from gharmitra_admin.engine.parts.documents.taking import Taken, are_as, missing_bytes, names_now, now, stored

__all__ = ["Document", "Taken", "are_as", "listing", "missing_bytes", "names_now", "now", "read_list", "same_documents", "stored"]
