"""The evidence report: one document of what runs show, for a steering group, as HTML, PDF or Excel.

`chapters` say it, each a function from a `Subject` and a `Language` to a section of a `document`; `html`, `pdf` and
`excel` write that document, so that all three hold the same words and numbers. Every number carries a `Trace` that
takes it back to the run it is from. All words stand in `words/`, in Swedish and English side by side.
"""
