"""The services around the analytics ones: moto answers them, and here is what it does not do right.

One module a service: secrets and parameters, Kinesis' streams, the tags of all of them.
``made_up`` says what is refused of all the others.
"""
