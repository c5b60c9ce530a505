"""What it means: from records to measures, statistics, money, figures and reports.

It starts no simulation; of `sim` it knows only the records.
"""
