"""Q, the question bar: a question in plain English becomes the API's ``TopicIR`` and a visual.

`words` and `lexicon` find what the question names, `tagging` makes it a row of letters, `grammar`
and its steps read them, `doubts` tells what a reading leaves out, `ir` writes the ``TopicIR``,
`restate` says it back, `visual` draws it as a definition's parts, and `predict` answers
``PredictQAResults``. No language model is asked.

Source: https://docs.aws.amazon.com/quicksight/latest/user/quicksight-q-topics.html
"""

from labkit.cloud.quicksight.questions import predict

__all__ = ["predict"]
