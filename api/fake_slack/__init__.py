"""A Slack that runs on this machine, for tests and for trying the bot without an account.

``api.fake_slack.server.FakeSlack`` is the whole of it; ``api.fake_slack.limits.problems`` is the independent check of
Slack's published limits. Nothing is imported here, so that the limits can be had without a web server.
"""
