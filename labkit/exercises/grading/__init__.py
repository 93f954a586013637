"""A verdict for the teacher that a learner cannot talk round.

An answer is code. It runs in a confined process of its own, on data that its writer has not seen;
what comes back is a plain value, and it is judged where no learner's code has run. The parts::

    masters       the shipped notebook: what is asked, what runs before, which answers count
    variants      clouds brought to where the answers begin, on the labs' data and on hidden data
    warm, confine, keeper, runner, reader     the inside: what runs beside a learner's code
    supervise     starts and watches it, and ends all of it
    score         judges values; no learner's code runs here
    reports, command                          tables, files, `labkit grade`
"""
