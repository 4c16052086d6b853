"""Tables of feedback: how the ``files`` source turns rows of any file into :class:`connectors.record.Feedback`.

::

    folder    which files there are            encoding, layout   how one is written
    delimited, json_rows, columnar             rows, whatever the format
    guess, mapping                             which column means what
    dates, ratings, cells                      what a cell says
    survey    one look through a file, for what no single row can tell
    build     a row becomes feedback, or a reject with its reason;  kept  how rejected rows are kept
    seen, ledger, sweep                        ids once, the cursor, a run from file to file
"""
