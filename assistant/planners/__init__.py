"""One small planner for each kind of question, over the few queries of :class:`assistant.desk.Desk`."""
