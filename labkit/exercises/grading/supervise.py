"""Runs a submission's answers on one variant of the data, from the first process to the last.

A learner's code has a process, and the local AWS that it speaks to another; each sees little of
the machine, and neither can signal the other. Whatever happens in them, at the end there are
findings for each answer and no process is left.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from labkit.exercises.grading import parts, variants
from labkit.exercises.grading.bench import Bench
from labkit.exercises.grading.clouds import LocalCloud, NoCloud
from labkit.exercises.grading.masters import Asked, Master, Submission
from labkit.exercises.grading.processes import Confined, Ended, Most, Spec, environment, interpreter
from labkit.exercises.grading.variants import Variant

RUNNER = "labkit.exercises.grading.runner:main"
READER = "labkit.exercises.grading.reader:main"

MOST_MESSAGE = 400
MOST_DEPTH = 12
# Values, and letters of texts; an answer's own process says no more than 200,000 values.
MOST_ROOM = 4_000_000
TOO_MUCH = "It holds more than can be compared."

Finding = dict[str, Any]
"""What is known of one answer on one variant: ``status`` (ran, error, timeout), ``message``, and
``values``: what was read, by part, as `saying.value` says it."""


def run(bench: Bench, submission: Submission, variant: Variant) -> dict[str, Finding]:
    """Run a submission's answers on one variant. Returns the findings by question.

    What the machine cannot do for one, as its disk is full or it has ended a process, is an error
    of that one; whoever comes after is still run.
    """
    assert submission.master is not None
    scratch = Path(tempfile.mkdtemp(prefix="labkit-"))
    try:
        return Run(bench, submission, submission.master, variant, scratch).findings()
    except (OSError, Ended) as error:
        why = f"It could not be run on this machine ({error})."
        return {name: _finding("error", why) for name in submission.answers}
    finally:
        _remove(scratch)


class Run:
    """One submission on one variant, in a scratch folder of its own."""

    def __init__(
        self, bench: Bench, submission: Submission, master: Master, variant: Variant, scratch: Path
    ) -> None:
        self._bench, self._submission, self._master = bench, submission, master
        self._answers = [one for one in master.questions if one.id in submission.answers]
        self._found: dict[str, Finding] = {}
        self._deadline = time.monotonic() + bench.limits.total_s
        self._began = time.monotonic()
        self._home, self._work = scratch / "home", scratch / "work"
        self._work.mkdir()
        self._cloud: LocalCloud | None = None
        if master.cloud:
            beneath = variants.begun(master, variant, self._home)
            self._cloud = LocalCloud(bench, self._home, beneath, scratch)
        else:
            variants.copied(master, variant, self._home)

    def findings(self) -> dict[str, Finding]:
        """Run answers, end all that ran, then read states."""
        try:
            self._run_answers()
            self._read_states()
        finally:
            if self._cloud:
                self._cloud.end()
        return self._found

    # Answers --------------------------------------------------------------------------------------

    def _run_answers(self) -> None:
        """Run what is left until nothing is. Each round settles one answer at least."""
        left = list(self._answers)
        while left:
            try:
                if self._cloud:
                    self._cloud.ensure()
                with self._runner(left) as runner:
                    self._listen(runner, left)
            except NoCloud:
                self._settle(left, "error", "The local AWS ended and did not come up again.")
            if left and time.monotonic() > self._deadline:
                self._settle(left, "timeout", "The time for all answers together was over.")

    def _listen(self, runner: Confined, left: list[Asked]) -> None:
        """Take down what a runner says until it has ended, and who is to blame for that."""
        cell_s, deadline = self._bench.limits.cell_s, self._until(self._bench.limits.start_s)
        try:
            while left and (line := runner.line(deadline)) is not None:
                if "setup" in line:
                    why = f"The notebook's first cells fail: {_text(line['setup'])}"
                    self._settle(left, "error", why)
                if self._take(line, left) or "began" in line:
                    deadline, self._began = self._until(cell_s), time.monotonic()
        except Ended as ended:
            self._settle(left[:1], "error", f"The cell ended its kernel ({ended}).", left)
            return
        if left:
            why = f"The cell took longer than {cell_s:g} seconds."
            self._settle(left[:1], "timeout", why, left)

    def _take(self, line: dict[str, Any], left: list[Asked]) -> bool:
        """Take down an answer's line. What is said of anything else is not listened to."""
        asked = next((one for one in left if one.id == line.get("id")), None)
        if asked is None:
            return False
        error = _text(line.get("error"))
        message = f"The cell raised {error}" if error else ""
        values = _values(line.get("values"), parts.variables(asked.reads))
        self._found[asked.id] = _finding("error" if error else "ran", message, values)
        self._found[asked.id]["seconds"] = time.monotonic() - self._began
        left.remove(asked)
        return True

    def _settle(
        self, some: list[Asked], status: str, message: str, left: list[Asked] | None = None
    ) -> None:
        """Write down why answers have no values."""
        for asked in list(some):
            self._found[asked.id] = _finding(status, message)
            (some if left is None else left).remove(asked)

    def _until(self, seconds: float) -> float:
        return min(time.monotonic() + seconds, self._deadline)

    def _runner(self, left: list[Asked]) -> Confined:
        plan = {
            "setup": self._master.setup,
            "answers": [
                {
                    "id": one.id,
                    "code": self._submission.answers[one.id],
                    "reads": parts.variables(one.reads),
                }
                for one in left
            ],
        }
        return self._bench.learners.start(self._learners_spec(RUNNER, (plan,)))

    def _learners_spec(self, entry: str, arguments: tuple[Any, ...]) -> Spec:
        """A process that may speak to the cloud, and write into its own folder."""
        folder = Path(tempfile.mkdtemp(dir=self._work))
        home = self._workspace(folder)
        return Spec(
            entry=entry,
            arguments=arguments,
            folder=str(folder),
            environment=environment(self._bench.bundle, folder) | {"LABKIT_HOME": str(home)},
            read=(str(self._bench.bundle), *interpreter()),
            write=(str(folder),),
            ports=self._cloud.ports if self._cloud else (),
            limits={"RLIMIT_CPU": int(self._bench.limits.total_s), "RLIMIT_FSIZE": 1 << 28},
            most=Most(memory_mb=self._bench.limits.memory_mb),
        )

    def _workspace(self, folder: Path) -> Path:
        """A learner's workspace: where the cloud is; without a cloud, all that is prepared."""
        if self._cloud:
            return self._cloud.introduce(folder / "home")
        return Path(shutil.copytree(self._home, folder / "home"))

    # States ---------------------------------------------------------------------------------------

    def _read_states(self) -> None:
        """Read what the answers have left in the cloud, by a process that has seen no answer."""
        tried = [one for one in self._master.questions if one.id in self._found]
        wanted = {one.id: one for one in tried if parts.states(one.reads)}
        if not wanted:
            return
        why = f"it took longer than {self._bench.limits.read_s:g} seconds"
        try:
            if self._cloud:
                self._cloud.ensure()
            with self._reader([*wanted.values()]) as reader:
                self._note(reader, wanted)
        except (NoCloud, Ended) as error:
            why = str(error)
        message = f"What it left in the cloud could not be read ({why})."
        for identifier in wanted:
            if self._found[identifier]["status"] == "ran":
                self._found[identifier] = _finding("error", message)

    def _reader(self, wanted: list[Asked]) -> Confined:
        said = [
            {
                "id": one.id,
                "reads": {
                    part: [state.reader, *state.arguments]
                    for part, state in parts.states(one.reads).items()
                },
            }
            for one in wanted
        ]
        return self._bench.learners.start(self._learners_spec(READER, (self._master.lab, said)))

    def _note(self, reader: Confined, wanted: dict[str, Asked]) -> None:
        """Take down the states of what is wanted; what is left was not read."""
        deadline = time.monotonic() + self._bench.limits.read_s
        while wanted and (line := reader.line(deadline)) is not None:
            if asked := wanted.pop(_text(line.get("id")), None):
                states = _values(line.get("values"), parts.states(asked.reads))
                self._found[asked.id]["values"] |= states


def _finding(status: str, message: str, values: dict[str, Any] | None = None) -> Finding:
    return {"status": status, "message": message, "values": values or {}}


def _values(said: Any, wanted: Any) -> dict[str, Any]:
    """What was said of the parts that were asked for, if anything was."""
    found = said if isinstance(said, dict) else {}
    return {part: _kept(found[part]) for part in wanted if isinstance(found.get(part), dict)}


def _kept(said: dict[str, Any]) -> dict[str, Any]:
    """What was said of one part, and no more of it than an answer can have: it is kept for all."""
    if "untouched" in said:
        return {"untouched": True}
    why = _text(said.get("unreadable")) if _fits(said) else TOO_MUCH
    return {"unreadable": why} if why else {"plain": said.get("plain")}


def _fits(said: Any) -> bool:
    """Whether something is neither nested too deeply nor too large."""
    level, room = [said], MOST_ROOM
    for _ in range(MOST_DEPTH):
        room -= sum(len(one) for one in level if isinstance(one, (str, list, dict)))
        if room < 0:
            return False
        inner = [one.values() if isinstance(one, dict) else one for one in level if _holds(one)]
        level = [each for one in inner for each in one]
        if not level:
            return True
    return False


def _holds(one: Any) -> bool:
    return isinstance(one, (list, dict))


def _text(said: Any) -> str:
    """A text that was said, no longer than a message; nothing of anything else."""
    return said[:MOST_MESSAGE] if isinstance(said, str) else ""


def _remove(scratch: Path) -> None:
    """Remove a scratch folder, however deep it has become and whatever its permissions are."""
    for command in (["rm", "-rf"], ["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
        if scratch.exists():
            subprocess.run([*command, str(scratch)], check=False, capture_output=True)
