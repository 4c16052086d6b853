"""What people said: connectors that turn the outside world into :class:`connectors.record.Feedback`."""
