"""A small drive whose power can be cut: what was not made durable is gone, as the drive itself and not the process decides.

A real ext4 in a file, shut down by the kernel without writing out its journal, and mounted again (Linux, EXT4_IOC_SHUTDOWN).
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN (fs/ext4/ext4.h)
_WITHOUT_ITS_JOURNAL = struct.pack("I", 2)  # EXT4_GOING_FLAGS_NOLOGFLUSH
MOUNTS = {"as usual": "loop,commit=300", "harsh": "loop,commit=300,data=writeback,noauto_da_alloc"}
_SIZE_MB = 32


@dataclass(frozen=True)
class Drive:
    """One such drive, mounted."""

    image: Path
    mounted: Path
    options: str

    def mount(self) -> None:
        subprocess.run(["mount", "-o", self.options, str(self.image), str(self.mounted)], check=True, capture_output=True)

    def unmount(self) -> None:
        subprocess.run(["umount", str(self.mounted)], check=True, capture_output=True)

    def go_down(self) -> None:
        """From now on every call on it fails, and nothing more reaches it."""
        import fcntl

        descriptor = os.open(self.mounted, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUTDOWN, _WITHOUT_ITS_JOURNAL)
        finally:
            os.close(descriptor)

    def cut(self) -> None:
        """Cut the power and put it on again."""
        self.go_down()
        self.unmount()
        self.mount()

    def write_back(self, file: Path) -> None:
        """Let the system write out this one file by itself, as it may at any moment."""
        with suppress(FileNotFoundError):
            descriptor = os.open(file, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


@contextmanager
def drive(folder: Path, kind: str = "as usual") -> Iterator[Drive]:
    """Make and mount a small drive for the block."""
    folder.mkdir(parents=True, exist_ok=True)
    one = Drive(folder / "drive.img", folder / "drive", MOUNTS[kind])
    one.mounted.mkdir()
    with one.image.open("wb") as image:
        image.truncate(_SIZE_MB << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(one.image)], check=True, capture_output=True)
    one.mount()
    try:
        yield one
    finally:
        one.unmount()
        one.image.unlink()


def missing() -> str:
    """What keeps this machine from cutting a drive's power; empty where nothing does."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "only root on Linux may mount a small drive and cut its power"
    if shutil.which("mkfs.ext4") is None:
        return "mkfs.ext4 is not installed: no small drive can be made here"
    with tempfile.TemporaryDirectory() as folder:
        try:
            with drive(Path(folder)) as one:
                one.cut()
        except (OSError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", b"") or str(error).encode()
            return f"no small drive can be mounted or shut down here: {said.decode(errors='replace').strip()}"
    return ""
