"""The settings file that ``overheard init`` makes."""

TEMPLATE = """\
# Settings of this workspace; docs/configuration.md explains every key. All of them may stay out.

[locale]
timezone = "UTC"            # whose days are meant, such as "Asia/Jerusalem"
# week_start = "sunday"     # else as the asker's language has it

[catalog.products]          # canonical name = other ways to write it, in any language
# "Acme Pro" = ["Pro", "אקמי פרו"]
[catalog.competitors]
[catalog.platforms]

# [touchpoints.kiosk]       # a touchpoint of your own; see docs/your-own-words.md
# words = ["kiosk", "קיוסק", "کیوسک"]

# [sources.shop-reviews]    # read by: overheard pull, and by overheard serve as often as "every" says
# use = "files"
# path = "exports/reviews.csv"
# channel = "review"
# every = "1d"              # 15m, 2h, 1d or off; an hour if it stays out

# [sources.hn]              # a live source without a key; docs/live-sources.md tells of all
# use = "hackernews"
# query = "your product"
"""
