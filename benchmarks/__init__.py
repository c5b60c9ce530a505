"""How fast it is: measurements of time and memory, by `python -m benchmarks` or `make bench`.

Each module measures one group of rows. They say nothing on whether results are right beyond what they compare, and
are no part of the installed package.
"""
