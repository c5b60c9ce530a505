"""Why we believe it: targets, fitting to observed logs, and hold-out; it gives an overlay to a scenario.

It changes neither a shipped scenario nor the model.
"""
