"""What the consoles share: clicks come in, state goes out, work runs beside the kernel.

A console is a widget whose traits hold all that is seen. Its front end draws the traits and sends
what was clicked as a message ``{"do": "run", ...}``; the method `do_run` answers it in a thread of
its own, so that the kernel stays free and a running thing can be stopped. What AWS refuses becomes
a notice in the widget. A message with an ``answer_to`` is told at its end whether it was done, so
that a form keeps what was typed until then.

anywidget (https://anywidget.dev/en/afm/) loads the front end from the text of one module, so a
console's is put together from files of ``static``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
from botocore.exceptions import BotoCoreError, ClientError
from IPython import get_ipython
from traitlets import Dict

from labkit.commands import as_command
from labkit.errors import LabError, slip
from labkit.widgets.picture import tag
from labkit.widgets.refusals import START, Notice, notice_of

if TYPE_CHECKING:
    from labkit.lab import Lab

PICTURED = "A picture of the console. Run the cell to use it."
STATIC = Path(__file__).parent / "static"
Facts = dict[str, Any]


def front_end(*names: str) -> str:
    """The text of a front end: these files of ``static``, one after the other."""
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in names)


class Console(anywidget.AnyWidget):
    """A console of the labs.

    Args:
        lab: the lab whose clients to use.
    """

    _css = front_end("core.css")
    notice = Dict().tag(sync=True)
    following: ClassVar[dict[str, Callable[..., None]]] = {}
    """What looks again after each cell, by the name of what it shows."""

    def __init__(self, lab: Lab, **traits: Any) -> None:
        if not hasattr(lab, "client"):
            raise slip(f"A console takes your lab first: {type(self).__name__}(lab).", TypeError)
        super().__init__(**traits)
        self.lab = lab
        self._lock = threading.RLock()
        self._working: set[threading.Thread] = set()
        self._over = threading.Event()
        self.on_msg(lambda _, message, buffers: self.hear(message))

    # Messages -------------------------------------------------------------------------------------

    def hear(self, message: Facts) -> threading.Thread:
        """Answer a message of the front end in the background."""
        work = threading.Thread(
            target=self._work, args=(dict(message),), name="console", daemon=True
        )
        with self._lock:
            self._working.add(work)
        work.start()
        return work

    def wait(self, timeout_s: float = 60) -> None:
        """Wait until all work in the background has ended."""
        for work in list(self._working):
            work.join(timeout_s)

    def close(self) -> None:
        """Take the widget away; what watches in the background ends."""
        if over := vars(self).get("_over"):  # not there when it could not be made
            over.set()
        super().close()

    def _work(self, message: Facts) -> None:
        asked, done = message.pop("answer_to", None), False
        try:
            done = self.attempt(message.pop("do", ""), message)
        finally:
            if asked is not None:
                self.send({"answered": asked, "done": done})
            with self._lock:
                self._working.discard(threading.current_thread())

    def attempt(self, action: str, parameters: Facts) -> bool:
        """Do what was clicked, and tell whether it was done; a refusal becomes the notice."""
        method = getattr(self, f"do_{action}", None)
        if method is None:
            self.notice = Notice(f"This console cannot {action!r}.").facts()
            return False
        try:
            method(**parameters)
        except (ClientError, BotoCoreError, LabError) as error:
            self.notice = notice_of(self.lab, error).facts()
            return False
        except Exception as error:
            self.notice = Notice(f"This console failed. {type(error).__name__}: {error}").facts()
            raise
        if self.notice.get("code") == START:  # the local AWS answers again
            self.notice = {}
        return True

    def follow(self, name: str, action: str) -> None:
        """Do this whenever a cell of the notebook has run; of one name the newest console does."""
        shell: Any = get_ipython()
        if shell is None:
            return
        if name in self.following:
            shell.events.unregister("post_run_cell", self.following.pop(name))

        def look(*_: Any) -> None:
            if not self._over.is_set():
                self.hear({"do": action})

        self.following[name] = look
        shell.events.register("post_run_cell", look)

    def do_dismiss(self) -> None:
        """Take the notice away."""
        self.notice = {}

    # AWS ------------------------------------------------------------------------------------------

    def call(self, service: str, operation: str, **parameters: Any) -> Any:
        """One call of AWS: ``call("glue", "start_crawler", Name="x")``."""
        return getattr(self.lab.client(service), operation)(**parameters)

    def command(self, service: str, operation: str, **parameters: Any) -> str:
        """A call as a command of the AWS CLI."""
        return as_command(service, operation.replace("_", "-"), parameters)

    # State ----------------------------------------------------------------------------------------

    def put(self, trait: str, key: str, value: Any) -> None:
        """Replace one entry of a dictionary that the front end sees."""
        with self._lock:
            setattr(self, trait, {**getattr(self, trait), key: value})

    # Pictures -------------------------------------------------------------------------------------

    def snapshot(self) -> str:
        """The console as it stands, as HTML without scripts: no times, no random ids."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return type(self).__name__

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        if bundle is not None:
            pictured = self.snapshot() + tag("div", PICTURED, style="caption")
            bundle[0].update({"text/plain": repr(self), "text/html": pictured})
        return bundle
