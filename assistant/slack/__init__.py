"""Slack's side of the assistant: handlers of what people do there, and one function that answers them all."""
