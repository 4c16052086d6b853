"""What Slack's messages are made of: text that does nothing, blocks within their limits. Block Kit as of 2026."""
