"""How fast it is: measurements of time and memory.

They say nothing on whether results are right, and are no part of the installed package.
"""
