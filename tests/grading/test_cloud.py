"""Lab 1 on its local AWS: honest answers count, and a cloud that was made to lie gives nothing.

All are handed in as one class on one variant of the data that nobody has seen.
"""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from labkit.cloud.redshift.wire.listening import ONE_PORT
from labkit.exercises import questions
from labkit.exercises.grading import confine, grade, masters, variants
from labkit.exercises.grading.bench import Limits
from labkit.exercises.grading.clouds import LocalCloud
from labkit.exercises.grading.masters import Submission
from labkit.exercises.grading.score import References
from tests.grading.conftest import DATA

ROOT = Path(__file__).parents[2]
LAB1 = {question.id: question for question in questions(1)}
NUMBER, STATE = "lab1-q4", "lab1-q1"
DEPLOY = '''
import io, time, zipfile

def deploy(code):
    """A function of the learner's own, which runs beside the cloud."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("trick.py", code)
    lab.client("lambda").create_function(
        FunctionName="trick", Runtime="python3.12", Handler="trick.handler", Timeout=20,
        Role=lab.role_arn("dataedu-fetch-role"), Code={"ZipFile": packed.getvalue()})
    time.sleep(0)
    return lab.storage.invoke("trick")
'''
# A server in the cloud's place that knows the right answer to everything.
LIAR = """
import http.server, os, signal, threading, time
def handler(event, context):
    port, cloud = int(os.environ["AWS_ENDPOINT_URL"].rsplit(":")[-1]), os.getppid()
    if os.fork() == 0:
        os.setsid()
        os.kill(cloud, signal.SIGKILL)
        class Yes(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200); self.end_headers(); self.wfile.write(b'{"pid": 1}')
            do_POST = do_PUT = do_GET
        while True:
            try: http.server.HTTPServer(("127.0.0.1", port), Yes).serve_forever()
            except OSError: time.sleep(0.01)
"""
# Tricks that leave the cloud as it is share one, each in its own question.
IN_PLACE = {
    "lab1-q2": """
import json, os, pathlib, signal
home = pathlib.Path(os.environ["LABKIT_HOME"])
cloud = json.loads((home / "cloud.json").read_text())["pid"]
try: os.kill(cloud, signal.SIGKILL)
except PermissionError: fullest = 'it lives'""",
    "lab1-q4": """
import socket
with socket.socket() as liar:
    try: liar.bind(("127.0.0.1", 0)); letters = "listens"
    except PermissionError: letters = 'refused'""",
    "lab1-q5": f"""{DEPLOY}
withdrawn = deploy('''
import os
def handler(event, context):
    found = []
    for path in ({str(ROOT / "labkit/exercises/lab1/q5_withdrawn.py")!r},
                 {str(ROOT / "labkit/exercises/known/lab1.json")!r}, "/proc/1/environ"):
        try: found.append(open(path).read())
        except OSError as error: found.append("refused")
    mine = os.environ["LAMBDA_TASK_ROOT"] + "/mine"
    bodies = [os.path.join(at, name) for at, _, names in os.walk("BENEATH") for name in names]
    for path in bodies:
        for change in (lambda one: open(one, "ab"), os.remove, lambda one: os.link(one, mine)):
            try: found.append("changed" if change(path) else "gone")
            except OSError: pass
    return ("" if bodies else "nothing there") + " ".join(found)
''')""",
    "lab1-q7": """
import labkit.query, labkit.exercises.states as states
labkit.query.Query.__call__ = lambda self, sql: 5
for name in states.READERS: states.READERS[name] = lambda lab, *arguments: True
bills = {"year": lab.query("SELECT 1"), "week": 5}""",
    STATE: "lab.storage.key_users = lambda: [lab.role_arn('dataedu-flow-role')]",
}
ENDS = {
    "ends the cloud and lies": f"{DEPLOY}\ndeploy('''{LIAR}''')\nletters = 5",
    "edits the state": f"""{DEPLOY}
letters = deploy('''
import os, pathlib, shutil
def handler(event, context):
    home = pathlib.Path(os.environ["LAMBDA_TASK_ROOT"]).parents[1]
    shutil.copy(home / "state.db", home / "old.db")
    for name in ("state.db", "state.db-wal", "state.db-shm"):
        (home / name).write_text("letters: 5")
    os.remove(home / "cloud.json")
    os.mkfifo(home / "cloud.json")
    os.kill(os.getppid(), 9)
    return 5
''')""",
}


@pytest.fixture(scope="module")
def found():
    """What the tricks have left, and a solved notebook beside them of which one answer crashes."""
    master = masters.master_of(1)
    solved = {name: question.answer for name, question in LAB1.items()}
    given = {name: {NUMBER: code, STATE: "pass"} for name, code in ENDS.items()}
    beneath = str(variants.prepared(master, DATA[1]) / "s3")
    in_place = {name: code.replace("BENEATH", beneath) for name, code in IN_PLACE.items()}
    given |= {"in place": in_place, "crash": solved | {NUMBER: "import os; os._exit(0)"}}
    handed_in = [Submission(name, master, answers) for name, answers in given.items()]
    return grade.run(handed_in, DATA[1:], limits=Limits(cell_s=30, start_s=30))


@pytest.fixture(scope="module")
def reports(found):
    """The grades by who handed in."""
    made = grade.score(found, questions, References(DATA[1:]))
    return {one["notebook"]: one for one in made}


@pytest.mark.parametrize("name", [*ENDS, "in place"])
def test_a_cloud_that_lies_gives_no_points(reports, name):
    assert reports[name]["points"] == 0
    assert len(reports[name]["questions"]) == len(LAB1)
    json.dumps(reports[name], allow_nan=False)


def test_a_cloud_and_its_warehouses_listen_where_a_learner_may_connect(tmp_path):
    started = []
    bench = SimpleNamespace(bundle=tmp_path, limits=Limits(), clouds=SimpleNamespace())
    bench.clouds.start = started.append
    cloud = LocalCloud(bench, tmp_path, tmp_path, tmp_path)
    cloud._start()
    [spec] = started
    assert spec.ports == cloud.ports
    assert spec.environment[ONE_PORT] == str(cloud.ports[1])


def test_neither_the_learner_nor_a_function_reaches_what_is_not_theirs(found):
    if not confine.landlock_version():
        pytest.skip("this machine has no Landlock")
    [record] = [one for one in found if one.notebook == "in place"]
    [answers] = record.answers.values()
    said = {name: answers[name]["values"][""]["plain"] for name in ("lab1-q2", NUMBER, "lab1-q5")}
    assert said == {"lab1-q2": "it lives", NUMBER: "refused", "lab1-q5": "refused refused refused"}


def test_what_cannot_be_read_in_time_is_an_error_and_not_an_answer_that_was_not_tried():
    given = [Submission("x", masters.master_of(1), {STATE: "pass"})]
    found = grade.run(given, DATA[1:], limits=Limits(read_s=0))
    [report] = grade.score(found, questions, References(DATA[1:]))
    told = "What it left in the cloud could not be read (it took longer than 0 seconds)."
    said = [(one["status"], one["message"]) for one in report["questions"] if one["id"] == STATE]
    assert said == [("error", told)]


def test_a_crash_costs_its_own_question_only(reports):
    statuses = {one["id"]: one["status"] for one in reports["crash"]["questions"]}
    assert statuses == dict.fromkeys(LAB1, "correct") | {NUMBER: "error"}
