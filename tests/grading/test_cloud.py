"""Lab 1 on its local AWS: honest answers count, and a cloud that was made to lie gives nothing.

All are handed in as one class on one variant of the data that nobody has seen.
"""

import json
from pathlib import Path

import pytest

from labkit.exercises import questions
from labkit.exercises.grading import confine, grade, masters
from labkit.exercises.grading.masters import Submission
from labkit.exercises.grading.score import References
from labkit.exercises.grading.supervise import Limits
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
TRICKS = {
    "kills the cloud": """
import json, os, pathlib, signal
home = pathlib.Path(os.environ["LABKIT_HOME"])
cloud = json.loads((home / "cloud.json").read_text())["pid"]
try: os.kill(cloud, signal.SIGKILL)
except PermissionError: letters = -1""",
    "listens in the cloud's place": """
import json, os, pathlib, socket
path = pathlib.Path(os.environ["LABKIT_HOME"]) / "cloud.json"
found = json.loads(path.read_text())
liar = socket.socket(); liar.bind(("127.0.0.1", 0)); liar.listen()
letters = 5""",
    "patches the helpers": """
import boto3, labkit.query, labkit.exercises.states as states
labkit.query.Query.__call__ = lambda self, sql: 5
for name in states.READERS: states.READERS[name] = lambda lab, *arguments: True
letters = lab.query("SELECT 1")""",
    "a function that reads the references": f"""{DEPLOY}
letters = deploy('''
def handler(event, context):
    found = []
    for path in ({str(ROOT / "labkit/exercises/lab1/q4_letters.py")!r},
                 {str(ROOT / "labkit/exercises/known/lab1.json")!r}, "/proc/1/environ"):
        try: found.append(open(path).read())
        except OSError as error: found.append(error.errno)
    return found
''')""",
    "a function that ends the cloud and lies": f"{DEPLOY}\ndeploy('''{LIAR}''')\nletters = 5",
    "a function that edits the state": f"""{DEPLOY}
letters = deploy('''
import os, pathlib, shutil
def handler(event, context):
    home = pathlib.Path(os.environ["LAMBDA_TASK_ROOT"]).parents[1]
    for name in ("cloud.json", "state.db", "port"):
        shutil.rmtree(home / name, ignore_errors=True)
        if (home / name).exists(): os.remove(home / name)
        os.mkfifo(home / name)
    return 5
''')""",
}


@pytest.fixture(scope="module")
def reports():
    """What each trick is given, and the solved notebook beside them, one of it broken."""
    master = masters.master_of(1)
    solved = {name: question.answer for name, question in LAB1.items()}
    given = {name: {NUMBER: code, STATE: "pass"} for name, code in TRICKS.items()}
    given["honest"] = solved
    given["broken"] = solved | {NUMBER: "import os; os._exit(0)", STATE: "pass"}
    handed_in = [Submission(name, master, answers) for name, answers in given.items()]
    records = grade.run(handed_in, DATA[1:], limits=Limits(cell_s=30))
    found = grade.score(records, questions, References(DATA[1:]))
    return {one["notebook"]: one for one in found}


@pytest.mark.parametrize("name", TRICKS)
def test_a_cloud_that_lies_gives_no_points(reports, name):
    if "references" in name and not confine.landlock_version():
        pytest.skip("this machine has no Landlock")
    assert reports[name]["points"] == 0
    assert len(reports[name]["questions"]) == len(LAB1)
    json.dumps(reports[name], allow_nan=False)


def test_honest_answers_are_given_all_points(reports):
    statuses = {one["id"]: one["status"] for one in reports["honest"]["questions"]}
    assert statuses == dict.fromkeys(LAB1, "correct")


def test_a_broken_answer_costs_its_own_question_only(reports):
    statuses = {one["id"]: one["status"] for one in reports["broken"]["questions"]}
    assert statuses == dict.fromkeys(LAB1, "correct") | {NUMBER: "error", STATE: "not tried"}
