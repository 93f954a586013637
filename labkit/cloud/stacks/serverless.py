"""Templates of AWS SAM, in AWS's own translation of them.

AWS publishes its translator as a package: what it makes of a template is what CloudFormation makes.
It loads with the first such template. Types that it would ask another service of AWS about, or
whose parts are not made here, are refused first. Source:
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html
"""

from __future__ import annotations

import functools
import json
import threading
from types import SimpleNamespace
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from labkit.cloud import stacks
from labkit.cloud.stacks.failures import Refused
from labkit.cloud.stacks.judging import SERVERLESS
from labkit.cloud.stacks.updates import Said

#: Its types that are made here, of parts that are.
TYPES = {
    f"AWS::Serverless::{name}"
    for name in ("Connector", "Function", "LayerVersion", "SimpleTable", "StateMachine")
}
_POLICY = "arn:aws:iam::aws:policy{}{}"
_TRANSLATING = threading.Lock()  # the translator keeps its region for all


def translated(template: Said, values: Said) -> Said:
    """A template of AWS SAM as CloudFormation makes it.

    Args:
        values: what ``Ref`` gives: parameters and what AWS tells beside them.

    Raises:
        Refused: with the translator's words.
    """
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.utils import py27hash_fix as texts

    session: Any = SimpleNamespace(region_name=stacks.caller().region)
    try:
        texts.to_py27_compatible_template(template, values)
        with _TRANSLATING:
            made = Translator(None, Parser(), boto_session=session).translate(
                template, values, passthrough_metadata=True, get_managed_policy_map=_policies
            )
    except InvalidDocumentException as error:
        words = " ".join([error.message, *(cause.message for cause in error.causes)])
        raise Refused(message=f"Transform {SERVERLESS} failed with: {words}") from error
    return dict(texts.undo_mark_unicode_str_in_template(made))


@functools.cache
def _policies() -> dict[str, str]:
    """AWS's managed policies: their ARNs by name."""
    known = json.loads(aws_managed_policies_data)
    return {name: _POLICY.format(said["Path"], name) for name, said in known.items()}
