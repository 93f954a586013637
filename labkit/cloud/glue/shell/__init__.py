"""Python shell jobs: a script of the lake runs in a process of its own, as its job's role.

Source: https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html
"""
