"""From a question to an answer that people can check."""
