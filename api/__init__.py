"""The doors: the command line today, HTTP next."""

import os

# numpy's threads spin while they wait for each other, and our matrices are too small to share: a run with one thread
# takes half the time of one with two. It has to be said before numpy is loaded, and this is what a door loads first.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
