"""What is assumed: the schema of a scenario, its loading, and the library of scenarios, units and sources.

Nothing happens here, and nothing is computed from a run.
"""
