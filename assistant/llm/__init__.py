"""A language model that the company runs or rents, for two small things; off unless ``[llm]`` is configured.

It may propose how to read a question that our rules are unsure of, and it may reword sentences of an answer. It never
sees feedback, never counts and never ranks, and what it says is used only where it can be checked: see docs/llm.md.
Whatever goes wrong with it, the answer is the one that there would be without it.
"""

from assistant.llm.faithful import faithful
from assistant.llm.reading import meant, propose
from assistant.llm.rewording import rephrase

__all__ = ["faithful", "meant", "propose", "rephrase"]
