"""Parts of the source ``hackernews``: its records, and slices of time that hold no more than can be seen."""
