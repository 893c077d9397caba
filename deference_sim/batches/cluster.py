"""Workers of a Dask cluster: one that runs already, or one of this machine on the loopback interface."""

import logging
import time
from concurrent.futures import Future
from contextlib import suppress
from importlib import import_module
from typing import Any, Final

from deference_sim.batches.chunk import OtherVersionError, made
from deference_sim.batches.plan import Task
from deference_sim.batches.work import usable_cores
from deference_sim.engines.failure import StepError

LOCAL: Final = "local"
CONNECT_SECONDS: Final = 30.0
_CLOSE_SECONDS = 1.0
PATIENCE_SECONDS: Final = 60.0  # with a cluster that has no worker


class NoClusterError(RuntimeError):
    """There is no cluster to work with."""


class Cluster:
    """Workers of a Dask cluster. Chunks come back as bytes: workers need no folder in common with this process."""

    def __init__(self, address: str) -> None:
        try:
            dask: Any = import_module("distributed")
        except ImportError:
            raise NoClusterError("--cluster needs Dask: pip install 'deference-sim[cluster]'") from None
        for name in ("distributed", "distributed.client"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said by the batch itself
        self.hopeless: tuple[type[Exception], ...] = (StepError, OtherVersionError, dask.KilledWorker)
        self._local: Any = None
        if address == LOCAL:
            self._local = dask.LocalCluster(
                n_workers=usable_cores(), threads_per_worker=1, host="127.0.0.1", dashboard_address=None
            )
        try:
            self._client: Any = dask.Client(self._local or address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise NoClusterError(f"no Dask scheduler answers at {address}: {error}") from None
        self._pool = self._client.get_executor(pure=False)
        self._with_workers = time.monotonic()

    @property
    def width(self) -> int:
        """Two tasks for each thread that the cluster has now, so that none waits for the next."""
        return 2 * max(sum(int(worker["nthreads"]) for worker in self._workers().values()), 1)

    def submit(self, task: Task) -> "Future[bytes]":
        """Begin a task; the scheduler gives it to another worker if the one that has it dies."""
        return self._pool.submit(made, task)  # type: ignore[no-any-return]

    def trouble(self) -> str | None:
        """Return why nothing will come back: the scheduler is gone, or has had no worker for a minute."""
        if self._client.status != "running":
            return "the Dask scheduler does not answer any more"
        if self._workers():
            self._with_workers = time.monotonic()
        elif time.monotonic() - self._with_workers > PATIENCE_SECONDS:
            return f"the Dask cluster has had no worker for {PATIENCE_SECONDS:g} s"
        return None

    def renew(self) -> bool:
        """Return False: the scheduler replaces workers itself."""
        return False

    def close(self) -> None:
        """Drop what is running and let go of the cluster, which ends if it is ours."""
        with suppress(TimeoutError, OSError):
            self._pool.shutdown(wait=False)
        for one in (self._client, self._local):
            with suppress(TimeoutError, OSError):
                if one is not None:
                    one.close(timeout=_CLOSE_SECONDS)

    def _workers(self) -> dict[str, Any]:
        return self._client.scheduler_info(n_workers=-1)["workers"]  # type: ignore[no-any-return]
