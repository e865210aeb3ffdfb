"""One writer a folder: a lock file that names its holder.

The holder keeps an operating-system lock on the file, which ends with its process; so a lock that a killed batch left
behind does not stop the next one on the same machine. A lock left from another machine cannot be judged from here and has
to be cleared by hand, by deleting the file.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import sys
import time
from pathlib import Path
from types import TracebackType

from model.experiments.errors import StoreError
from model.experiments.files import refuse_link

LOCK_NAME = ".pangwa.lock"
_FAR = 1 << 20  # Windows locks bytes against reading too; these are beyond the text


class FolderLock:
    """Hold a folder of results for the length of a ``with`` block.

    Args:
        folder: an existing folder.

    Raises:
        StoreError: on entry, when another process holds the folder, or the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / LOCK_NAME
        self._descriptor = -1

    def __enter__(self) -> FolderLock:
        for _ in range(20):  # the file may vanish between opening and locking, when its holder ends
            self._descriptor = self._open()
            if not _lock(self._descriptor):
                self._refuse()
            if self._is_ours():
                break
            os.close(self._descriptor)
        holder = self.holder()
        if holder and holder.get("host") != socket.gethostname():
            os.close(self._descriptor)
            self._descriptor = -1
            raise StoreError(self.sentence(holder))
        self._name_holder()
        return self

    def __exit__(
        self, type_: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor < 0:
            return
        if sys.platform == "win32":  # an open file cannot be deleted there
            os.close(self._descriptor)
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)
        else:
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)
            os.close(self._descriptor)
        self._descriptor = -1

    def holder(self) -> dict[str, object]:
        """Who holds the folder, as the file says: pid, host, since; empty when it says nothing."""
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def _open(self) -> int:
        refuse_link(self.path)
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        except OSError as error:
            raise StoreError(f"{self.path.parent}: the folder cannot be written: {error.strerror}") from None

    def _refuse(self) -> None:
        os.close(self._descriptor)
        self._descriptor = -1
        raise StoreError(self.sentence(self.holder()))

    def _is_ours(self) -> bool:
        """Whether the locked file is still the one in the folder."""
        try:
            return os.path.samestat(os.fstat(self._descriptor), os.stat(self.path))
        except OSError:
            return False

    def _name_holder(self) -> None:
        if os.fstat(self._descriptor).st_nlink > 1:
            os.close(self._descriptor)
            self._descriptor = -1
            raise StoreError(f"{self.path}: is a hard link to another file, which is not overwritten; delete it")
        content = {"pid": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}
        try:
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, json.dumps(content).encode())
        except OSError as error:
            self.__exit__(None, None, None)
            raise StoreError(f"{self.path.parent}: the folder cannot be written: {error.strerror}") from None

    def sentence(self, holder: dict[str, object]) -> str:
        """What is said where another process holds the folder."""
        who = "another process"
        if holder:
            who = f"process {holder.get('pid')} on {holder.get('host')} since {holder.get('since')}"
        return (
            f"{self.path.parent}: {who} is writing to this folder; wait for it or give another --out "
            f"(if it is no longer running, delete {self.path})"
        )


def refuse_writer(folder: Path) -> None:
    """Refuse to read a folder that a process is writing to; nothing is written, so that the folder may be read-only.

    Raises:
        StoreError: another process holds the folder.
    """
    lock = FolderLock(folder)
    try:
        descriptor = os.open(lock.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return  # nobody has left a lock
    try:
        held, holder = not _lock(descriptor), lock.holder()
    finally:
        os.close(descriptor)
    if held or (holder and holder.get("host") != socket.gethostname()):
        raise StoreError(lock.sentence(holder))


def _lock(descriptor: int) -> bool:
    """Try to lock an open file; where the file system knows no locks, the file's text alone decides."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, _FAR, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.ENOTSUP, errno.ENOLCK, errno.ENOSYS):
            return os.fstat(descriptor).st_size == 0
        return False
    return True
