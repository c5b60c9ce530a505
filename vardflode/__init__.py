"""The door: the public Python API, and the command line on top of it.

No rule of the model and no measure is decided here.
"""
