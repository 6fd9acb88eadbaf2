"""A lock for what may be handed to another process."""

from __future__ import annotations

import threading


class FreshLock:
    """A lock that is pickled as a new one: what it guards is a copy there, held by nobody.

    >>> import pickle
    >>> lock = FreshLock()
    >>> with lock:
    ...     copied = pickle.loads(pickle.dumps(lock))
    ...     with copied:
    ...         print("two locks")
    two locks
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def __reduce__(self) -> tuple[type[FreshLock], tuple[()]]:
        return FreshLock, ()
