"""Themes: the same pain or delight, said in many ways and three languages, has one name, one id and an honest count.

How a mention gets its theme: :mod:`space` brings its vector to the space of themes, :mod:`claims` asks the catalogue
(:mod:`catalogue`) and what people added, :mod:`clusters` groups what nobody claimed, :mod:`naming` names the groups,
:mod:`update` keeps all of it up to date, :mod:`editor` and
:mod:`edits` are what people say of it, :mod:`listing` counts.
"""
