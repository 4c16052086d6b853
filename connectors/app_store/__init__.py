"""The App Store's two doors: App Store Connect, with a key, and the public feed, without.

::

    tokens        the key as the short-lived tokens that App Store Connect wants
    connect       its reviews, newest first, page by page, and what became of known ones
    feed          the public feed: ten pages a storefront, and an empty one says nothing
    records       reviews of both as feedback;  territories   the codes and names of storefronts
"""
