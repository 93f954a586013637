"""Two calls at once, the second of which begins just where the first is about to make its change.

It goes on until it has ended, or waits for the first: so that whoever looked before it held what it
changes is seen, whatever the machine is doing.
"""

import contextlib
import threading

from labkit.cloud.cloud import Cloud

WAIT_S = 30


class Watched(Cloud):
    """A local AWS that tells who waits for the records of a service."""

    def __init__(self, home):
        super().__init__(home)
        self.at_rest = threading.Event()

    @contextlib.contextmanager
    def lock(self, service):
        lock = self._locks.setdefault(service, threading.RLock())
        if not lock.acquire(blocking=False):
            self.at_rest.set()
            lock.acquire()
        try:
            yield
        finally:
            lock.release()


@contextlib.contextmanager
def watched(home, backends, region):
    """A local AWS in this process; what it made of moto's backends in a region goes with it."""
    made = Watched(home)
    yield made
    made.stop()
    backends[made.account].pop(region)


class Pair:
    """Two calls; `meanwhile` marks where in the first one the second begins."""

    def __init__(self, cloud, first, second):
        self._cloud, self._first, self._second = cloud, first, second
        self._other = None

    def meanwhile(self, do):
        """The same function, before which the second call is made, once."""

        def done(*args, **options):
            if self._other is None:
                self._other = threading.Thread(target=self._tell, args=(1, self._second))
                self._other.start()
                assert self._cloud.at_rest.wait(WAIT_S)
            return do(*args, **options)

        return done

    def run(self):
        """What each of the two answered, or raised."""
        self._told = [None, None]
        self._tell(0, self._first)
        self._other.join(WAIT_S)
        return self._told

    def _tell(self, at, call):
        try:
            self._told[at] = call()
        except Exception as error:
            self._told[at] = error
        finally:
            self._cloud.at_rest.set()
