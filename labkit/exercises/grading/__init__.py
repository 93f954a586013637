"""A verdict for the teacher that a learner cannot talk round.

An answer is code. It runs in a confined process of its own, on data that its writer has not seen;
what comes back is a plain value, and it is judged where no learner's code has run. The parts::

    masters     the shipped notebook: what is asked, what runs before, which answers count
    variants    clouds brought to where the answers begin, on the labs' data and on hidden data
    supervise   runs a submission on one of them; with bench, processes and clouds
    confine     what such a process may touch, calls what it may ask; with warm, ahead, keeper,
                runner, reader beside it
    score       judges values; no learner's code runs here; kept has what is right
    grade       both phases; command is `labkit grade`, reports are its files
"""
