"""What happens: the model, from a scenario to records.

It writes nothing to disk and computes no statistics.
"""
