"""The figures of a report: one message each, readable in grey, drawn once as SVG for page and print."""
