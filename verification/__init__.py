"""Whether it is right: the model held against exact results of theory, by `python -m verification` or `make verify`.

Each experiment drives code of the model where theory knows the answer; nothing is fitted and nothing tuned. The
page that comes of it is `docs/verification.md`. No part of the installed package.
"""
