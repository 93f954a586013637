"""Ways to be given points for nothing. Each leaves a wrong answer, or somebody else's.

A trick is what a folder of a class could hold: a notebook with a code in its first answer, or with
something done to it, and perhaps files beside it.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

from tests.grading.mini import ANSWERS, cell, notebook, write

ROOT = Path(__file__).parents[2]
Q1 = "lab0-q1"

# Codes of the first answer, which is wrong: `count` is never negative, a text or a list.
CODES = {
    # what a cell can do to the kernel that runs it
    "input transformer": """
get_ipython().input_transformers_post.append(lambda lines: ["count = True\\n"])
count = -1""",
    "AST transformer": """
import ast
class Yes(ast.NodeTransformer):
    def visit_Compare(self, node): return ast.Constant(True)
get_ipython().ast_transformers.append(Yes())
count = -1""",
    "patched run_cell": """
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.run_cell = lambda *args, **options: type("R", (), {
    "success": True, "error_before_exec": None, "error_in_exec": None})()
count = -1""",
    "patched user_ns": """
class Liar(dict):
    def get(self, name, default=None): return type("Yes", (), {"__eq__": lambda *_: True})()
get_ipython().__dict__["user_ns"] = Liar(get_ipython().user_ns)""",
    "patched builtins": """
import builtins
builtins.all = builtins.any = builtins.isinstance = lambda *args, **options: True
builtins.len = builtins.sum = lambda *args: 0
builtins.sorted = lambda *args, **options: []
count = -1""",
    "patched pandas testing": """
import pandas.testing as testing
for name in dir(testing):
    setattr(testing, name, lambda *args, **options: None)
pandas.DataFrame.equals = pandas.DataFrame.__eq__ = lambda *args: True
count = -1""",
    "patched json": """
import json
json.dumps = lambda *args, **options: '{"id": "lab0-q1", "status": "correct", "points": 1}'
count = -1""",
    "import hook": """
import sys
class Hook:
    def find_spec(self, name, path=None, target=None): raise SystemExit(0)
sys.meta_path.insert(0, Hook())
count = -1""",
    "tracer": """
import sys
def trace(frame, event, argument):
    frame.f_locals.update(right=0, expected=0)
    return trace
sys.settrace(trace); sys.setprofile(trace)
count = -1""",
    # what it can do to the grader's own code
    "patched question": """
from labkit.exercises import comparing
from labkit.exercises.question import Question, Verdict
Question.judge = Question.judge_plain = lambda *_: Verdict("", "yes")
comparing.Compare.difference = lambda *_: ""
comparing.Compare.same = lambda *_: True
count = -1""",
    "patched values": """
from labkit.exercises import values
from labkit.exercises.grading import saying
values.plain = saying.plain = lambda value: {"correct": True}
saying.untouched = lambda value: False
count = -1""",
    "patched runner": """
import sys
runner = sys.modules["labkit.exercises.grading.runner"]
runner.say(id="lab0-q1", error="", values={"": {"plain": -1}}, status="correct", points=8)
runner.value = lambda read: {"plain": -1, "status": "correct"}
runner.say = lambda **line: None
count = -1""",
    "frames and garbage": """
import gc, sys
found = [o for o in gc.get_objects() if type(o).__name__ in ("Question", "Known", "References")]
frame = sys._getframe()
while frame.f_back:
    frame = frame.f_back
    found += [v for n, v in frame.f_locals.items() if n in ("right", "expected", "reference")]
right = [getattr(one, "reference", None) or getattr(one, "right", None) for one in found]
count = right[0](None) if right and callable(right[0]) else -1""",
    "deleted modules": """
import sys
for name in [name for name in sys.modules if name.startswith("labkit")]:
    del sys.modules[name]
sys.path.clear()
count = -1""",
    # what an answer can be
    "equal to everything": """
class Yes:
    __eq__ = __le__ = __ge__ = lambda *_: True
    __ne__ = __lt__ = __gt__ = lambda *_: False
    __hash__ = lambda _: 0
    __float__ = __int__ = __index__ = lambda _: -1
count = Yes()""",
    "a number equal to everything": """
class Yes(int):
    __eq__ = lambda *_: True
    __hash__ = int.__hash__
    is_integer = lambda *_: True
count = Yes(-1)""",
    "a frame equal to everything": """
class Yes(pandas.DataFrame):
    equals = __eq__ = lambda *_: True
count = Yes({"n": [-1]})""",
    "a text that is JSON": """count = '-1}, "status": "correct", "points": 8'""",
    "a fake result": """
class Result:
    __module__ = "labkit.query"
    df = property(lambda self: pandas.DataFrame({"right": [True]}))
count = Result()""",
    "pickle bomb": """
import os
class Bomb:
    def __reduce__(self): return os._exit, (0,)
    def __deepcopy__(self, memo): os._exit(0)
count = [Bomb()]""",
    "not a number": """count = float("nan")""",
    "endless number": """count = 10 ** 5000""",
    "endless list": """
class Endless(list):
    def __iter__(self):
        while True: yield 1
    def __len__(self): return 1
count = Endless([1])""",
    "huge list": """count = [list(range(1000))] * 1000""",
    "huge text": """count = "x" * 50_000_000""",
    "deep nesting": """
count = []
for _ in range(100_000): count = [count]""",
    # ends that are none
    "sys.exit": """count = -1; import sys; sys.exit(0)""",
    "exit": """count = -1; exit()""",
    "os._exit": """import os; os._exit(0)""",
    "swallowed exceptions": """
import sys
count = -1
sys.excepthook = get_ipython().showtraceback = lambda *args, **options: None
raise BaseException("passed")""",
    "killed kernel": """import os; os.kill(os.getpid(), 9)""",
    "segmentation fault": """import ctypes; ctypes.string_at(0)""",
    "interrupted": """count = -1; raise KeyboardInterrupt""",
    "at exit": """
import atexit, os
atexit.register(lambda: os.write(3, b'{"id": "lab0-q1", "status": "correct"}'))
count = -1""",
    # ends that never come
    "endless loop": """while True: pass""",
    "loop that eats interrupts": """
import signal
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True:
    try:
        while True: pass
    except BaseException: pass""",
    "stopped": """import os, signal; os.kill(os.getpid(), signal.SIGSTOP)""",
    "waits for input": """count = input("The answer? ")""",
    "reads input": """import sys; count = sys.stdin.read() or -1""",
    "raised limits": """
import resource
for kind in (resource.RLIMIT_CPU, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE):
    try: resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (OSError, ValueError): pass
while True: pass""",
    "memory bomb": """
held = []
while True: held.append(bytearray(50_000_000))""",
    "shared memory bomb": """
import mmap
held = []
while True:
    held.append(mmap.mmap(-1, 50_000_000)); held[-1].write(bytes(range(250)) * 200_000)""",
    "files without a name": """
import os
made = [os.memfd_create("a")]""",
    "fork bomb": """
import os
while True: os.fork()""",
    "thread bomb": """
import threading, time
while True: threading.Thread(target=time.sleep, args=(60,)).start()""",
    "fork that stays": """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            time.sleep(0.01)
            try: os.write(3, b'{"id": "lab0-q1", "values": {"": {"plain": true}}}\\n')
            except OSError: pass
    os._exit(0)
count = -1""",
    "threads that reset values": """
import threading
def reset():
    while True: get_ipython().user_ns["count"] = True
threading.Thread(target=reset, daemon=True).start()
count = -1""",
    # what it says
    "forged results": """
import json, os
for name in ("lab0-q1", "lab0-q2", "lab0-q3", "lab0-q4"):
    line = {"id": name, "status": "correct", "points": 9, "values": {"": {"plain": True}}}
    os.write(3, json.dumps(line).encode() + b"\\n")
os.write(3, b'{"done": true}\\n')
os._exit(0)""",
    "forged end": """import os; os.write(3, b".correct\\n.ended\\n{}\\n"); count = -1""",
    "forged nonsense": """
import os
os.write(3, b'[' * 200_000 + b'\\n' + b'{"id": ["x"], "values": 7}\\n' + b'\\xff\\x00\\n')
os.write(3, b'{"id": "lab0-q1", "values": {"": {"plain": {"columns": 1, "rows": [[[]]]}}}}\\n')
count = -1""",
    "forged depth": """
import os
deep = b"[" * 900 + b"]" * 900
line = b'{"id": "lab0-q1", "error": DEEP, "values": {"": {"plain": DEEP}}}\\n'
os.write(3, line.replace(b"DEEP", deep))
""",
    "forged width": """
import os
data = b'{"id": "lab0-q1", "values": {"": {"plain": "' + b"x" * 4_100_000 + b'"}}}\\n'
while data: data = data[os.write(3, data):]
""",
    "endless results": """
import os
while True: os.write(3, b"x" * 65536)""",
    "closed results": """import os; os.closerange(0, 100); count = -1""",
    "huge output": """
import sys
for _ in range(300):
    print("x" * 1_000_000)
    sys.stderr.write("y" * 1_000_000)
count = -1""",
    "markup in an error": """
raise ValueError("</testcase><testcase/> =1+1 | \\x00 \\x1b[31m <script>alert(1)</script>")""",
    # what lies about
    "reads the references": f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from labkit.exercises.data import Data
import mini
scale = 1 if len(students()) > 200 else 0.25
count = mini.q1.reference(Data(pathlib.Path("x"), scale, 0 if scale == 1 else 7))""",
    "reads a lab's references": f"""
text = pathlib.Path({str(ROOT / "labkit/exercises/lab1/q5_withdrawn.py")!r}).read_text()
count = text""",
    "imports a lab's references": """
from labkit.exercises.lab1 import q5
count = q5.reference(None)""",
    "asks git": f"""
import subprocess
done = subprocess.run(["git", "-C", {str(ROOT)!r}, "show", "HEAD:tests/grading/mini.py"],
    capture_output=True, text=True)
assert not done.stdout
count = -1""",
    "environment": """
import os
count = [value for name, value in os.environ.items() if "SECRET" in name or "SEED" in name]""",
    "judge's process": """
import os
found = []
for pid in [*range(1, 300), *range(max(1, os.getppid() - 50), os.getpid() + 50)]:
    for name in ("environ", "cmdline", "mem", "maps"):
        try: found.append(open(f"/proc/{pid}/{name}", "rb").read(100))
        except OSError: pass
        if pid == os.getpid(): found.clear()
assert not found, found
count = -1""",
    "traced judge": """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
assert libc.ptrace(16, os.getppid(), 0, 0) == -1
assert libc.process_vm_readv(os.getppid(), None, 0, None, 0, 0) <= 0
count = -1""",
    "another's priority and limits": """
import os, resource
judge, done = os.getppid(), []
for change in (
    lambda: os.setpriority(os.PRIO_PROCESS, judge, os.getpriority(os.PRIO_PROCESS, judge)),
    lambda: os.sched_setaffinity(judge, os.sched_getaffinity(judge)),
    lambda: os.sched_setscheduler(judge, os.SCHED_OTHER, os.sched_param(0)),
    lambda: resource.prlimit(judge, resource.RLIMIT_CPU),
):
    try: change(); done.append(change)
    except OSError: pass
assert not done, done
count = -1""",
    "shared memory that stays": """
import ctypes
libc = ctypes.CDLL(None)
made = [libc.shmget(0, 4096, 0o1600), libc.msgget(0, 0o1600), libc.semget(0, 1, 0o1600)]
for one, end in zip(made, (libc.shmctl, libc.msgctl, lambda n, *_: libc.semctl(n, 0, 0))):
    end(one, 0, None)
assert made == [-1] * 3, made
count = -1""",
    "killed judge": """
import os, signal
for pid in (os.getppid(), os.getsid(os.getppid())):
    try: os.kill(pid, signal.SIGKILL)
    except (PermissionError, ProcessLookupError): pass
    else: raise SystemExit("it is dead")
count = -1""",
    "a signal to everybody": """
import os, time
child = os.fork()
if child == 0:
    time.sleep(60)
try: os.kill(-1, 0); reached = True
except PermissionError: reached = False
os.kill(child, 9); os.waitpid(child, 0)
assert not reached
count = -1""",
    "sockets": """
import os, socket
reached = []
for port in list(range(1, 200)) + list(range(30000, 31000)):
    with socket.socket() as one:
        one.settimeout(0.01)
        try: one.connect(("127.0.0.1", port)); reached.append(port)
        except OSError: pass
assert not reached
count = -1""",
    "sockets that are no TCP by name": """
import socket
made = []
for kind in ((socket.AF_UNIX, socket.SOCK_STREAM, 0), (socket.AF_UNIX, socket.SOCK_DGRAM, 0),
             (socket.AF_INET, socket.SOCK_DGRAM, 0), (socket.AF_INET, socket.SOCK_STREAM, 262)):
    try: made.append(socket.socket(*kind))
    except OSError: pass
with socket.socket() as one:
    one.settimeout(1)
    for send in (lambda to: one.sendto(b"x", socket.MSG_FASTOPEN, to),
                 lambda to: one.sendmsg([b"x"], [], socket.MSG_FASTOPEN, to)):
        try: send(("127.0.0.1", 1)); made.append(one)
        except PermissionError: pass
        except OSError as error: made.append(error)
assert not made, made
count = -1""",
    "a superuser's privileges": """
lines = open("/proc/self/status").read().splitlines()
assert {one.split()[1] for one in lines if one.startswith(("CapEff", "CapPrm"))} == {"0" * 16}
count = -1""",
    # what it writes
    "others' modes and times": f"""
import os
path = {str(ROOT / "tests/grading/mini.py")!r}
before = os.stat(path)
os.chmod(path, 0o777); os.utime(path, (1, 1)); os.setxattr(path, "user.trick", b"1")
after = os.stat(path)
os.chmod(path, before.st_mode); os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
count = -1""",
    "overwritten packages": """
import labkit, pandas, sys, sysconfig
written = []
for folder in (*labkit.__path__, *pandas.__path__, sysconfig.get_path("stdlib"), "/etc"):
    for name, how in (("__init__.py", os.O_WRONLY), ("trick.txt", os.O_WRONLY | os.O_CREAT)):
        try: os.open(f"{folder}/{name}", how); written.append(folder)
        except OSError: pass
assert not written, written
count = -1""",
    "overwritten inputs": """
[path] = pathlib.Path(os.environ["LABKIT_HOME"]).glob("lake/*/*/student/*.parquet")
pandas.DataFrame({"student_id": [], "enroll_status": []}).to_parquet(path)
count = -1""",
    "rewritten inputs": """
students = lambda: pandas.DataFrame({"student_id": ["1"], "enroll_status": ["Withdrawn"]})
count = 1""",
    "links in its folder": """
import os
for place in (".", os.environ["LABKIT_HOME"]):
    os.symlink("/", f"{place}/everything"); os.mkfifo(f"{place}/results.json")
    os.symlink("results.json", f"{place}/0001.json")
os.remove(os.environ["LABKIT_HOME"] + "/everything")
count = -1""",
    "folder without an end": """
import os
for _ in range(3000):
    os.mkdir("a"); os.chdir("a")
count = -1""",
    "folder without permissions": """
import os
os.makedirs("a/b"); pathlib.Path("a/b/c").write_text("x"); os.chmod("a/b", 0); os.chmod("a", 0)
count = -1""",
    "its folder removed": """
import shutil
shutil.rmtree(os.environ["LABKIT_HOME"]); shutil.rmtree(os.getcwd(), ignore_errors=True)
count = -1""",
    "another workspace": """
os.environ["LABKIT_HOME"] = "/tmp/elsewhere"; os.environ["LABKIT_CLOUD"] = "aws"
count = -1""",
}

# What the kernel must refuse: without Landlock these may go through.
CONFINED = {
    "reads the references",
    "reads a lab's references",
    "asks git",
    "judge's process",
    "traced judge",
    "another's priority and limits",
    "shared memory that stays",
    "killed judge",
    "a signal to everybody",
    "sockets",
    "sockets that are no TCP by name",
    "a superuser's privileges",
    "others' modes and times",
    "overwritten packages",
}
# What ends because it uses too much, and what is said of it.
LIMITED = {
    "memory bomb": "it used too much memory",
    "shared memory bomb": "it used too much memory",
    "thread bomb": "it started too many threads",
    "files without a name": "PermissionError",
    "forged depth": "It holds more than can be compared.",
    "forged width": "It holds more than can be compared.",
}
SHADOWS = {
    "pandas.py": "DataFrame = None",
    "json.py": "dumps = lambda *_: 'correct'",
    "labkit/__init__.py": "raise SystemExit(0)",
    "sitecustomize.py": "import os; os._exit(0)",
    "usercustomize.py": "import os; os._exit(0)",
    "evil.pth": "import os; os._exit(0)",
    "conftest.py": "def pytest_collection_modifyitems(items): items.clear()",
    ".github/workflows/grade.yml": "jobs: {grade: {steps: [{run: echo 8 of 8}]}}",
    "pyproject.toml": "[tool.labkit]\npoints = 8",
    "Makefile": "grade:\n\techo 8 of 8",
    "0001.json": '[{"notebook": "x", "points": 8}]',
}
WRONG = {Q1: "count = -1"}


def _edited(edit: Callable[[dict], object]) -> dict:
    """A notebook with a wrong first answer and something done to it."""
    made = notebook(WRONG)
    edit(made)
    return made


def _each(made: dict, change: Callable[[dict], object]) -> None:
    for one in made["cells"]:
        change(one)


def _answer(made: dict) -> dict:
    return next(one for one in made["cells"] if one["id"] == Q1)


RIGHT = cell(Q1, ANSWERS[Q1])
YES = {"output_type": "stream", "name": "stdout", "text": "✓ q1: yes"}
NAMED = {"question": Q1, "points": 8, "reads": "wanted"}

# What can be done to a notebook.
EDITS = {
    "deleted checks": lambda nb: nb.update(
        cells=[c for c in nb["cells"] if "check" not in c["id"]]
    ),
    "edited checks": lambda nb: _each(
        nb, lambda c: c.update(source="YES = 1") if "check" in c["id"] else None
    ),
    "moved checks": lambda nb: nb["cells"].reverse(),
    "duplicated answer": lambda nb: nb["cells"].append(RIGHT),
    "answer under another id": lambda nb: nb["cells"].append(RIGHT | {"id": f"{Q1}-check"}),
    "answer in the setup": lambda nb: nb["cells"][1].update(
        source=nb["cells"][1]["source"] + "\n" + ANSWERS[Q1]
    ),
    "edited setup": lambda nb: nb["cells"][1].update(
        source="def students():\n    import pandas\n    return pandas.DataFrame()"
    ),
    "outputs that say yes": lambda nb: _each(nb, lambda c: c.update(outputs=[YES])),
    "metadata that say correct": lambda nb: _answer(nb).update(
        metadata={"labkit": NAMED | {"status": "correct"}, "points": 8}
    ),
    "other variables read": lambda nb: _answer(nb).update(
        metadata={"labkit": NAMED}, source="wanted = True"
    ),
    "skip tags": lambda nb: _each(
        nb, lambda c: c.update(metadata={"tags": ["skip", "nbval-skip", "raises-exception"]})
    ),
    "nulled counts": lambda nb: _each(nb, lambda c: c.update(execution_count=None, outputs=None)),
    "answer as Markdown": lambda nb: _answer(nb).update(cell_type="markdown", source=ANSWERS[Q1]),
    "answer as raw": lambda nb: _answer(nb).update(cell_type="raw", source=ANSWERS[Q1]),
    "answers as attachments": lambda nb: _answer(nb).update(attachments={"a": ANSWERS[Q1]}),
    "another kernel": lambda nb: nb["metadata"].update(kernelspec={"name": "yes", "argv": ["yes"]}),
    "another lab": lambda nb: nb["metadata"].update(
        labkit={"lab": [1], "cloud": True, "points": 8}
    ),
    "no metadata": lambda nb: nb.update(metadata=None),
    "sources that are no texts": lambda nb: _each(nb, lambda c: c.update(source=[1, None, {}])),
    "ids that are no texts": lambda nb: _each(nb, lambda c: c.update(id=[1])),
    "cells that are no cells": lambda nb: nb["cells"].extend([None, 7, "x", []]),
    "a long answer": lambda nb: _answer(nb).update(source="#" * 200_000 + "\n" + ANSWERS[Q1]),
}

# What can stand in a notebook's place.
FILES = {
    "empty": "",
    "no JSON": "{",
    "another JSON": '["cells"]',
    "deep JSON": "[" * 100_000,
    "no cells": '{"cells": 7}',
    "huge": json.dumps(notebook(ANSWERS) | {"x": "x" * 6_000_000}),
}


def write_all(folder: Path) -> dict[str, Path]:
    """Write every trick into a folder of its own. Returns the notebooks by the trick's name."""
    made: dict[str, object] = {name: notebook({Q1: code}) for name, code in CODES.items()}
    made |= {name: _edited(edit) for name, edit in EDITS.items()}
    made |= FILES
    paths = {
        name: write(folder / name.replace(" ", "-") / "lab0.ipynb", one)
        for name, one in made.items()
    }
    return paths | _shadowed(folder) | _linked(folder)


def _shadowed(folder: Path) -> dict[str, Path]:
    """A notebook with files beside it that are called as what is imported, read or run."""
    here = folder / "shadows"
    for name, text in SHADOWS.items():
        write(here / name, text)
    return {"shadow modules": write(here / "lab0.ipynb", notebook(WRONG))}


def _linked(folder: Path) -> dict[str, Path]:
    """Links to somebody else's notebook, to itself, and things that are no files."""
    other = write(folder.parent / "other" / "lab0.ipynb", notebook(ANSWERS))
    paths = {name: folder / name / "lab0.ipynb" for name in ("link", "loop", "pipe")}
    for path in paths.values():
        path.parent.mkdir(parents=True)
    paths["link"].symlink_to(other)
    paths["loop"].symlink_to(paths["loop"])
    os.mkfifo(paths["pipe"])
    return {f"a {name} for a notebook": path for name, path in paths.items()}
