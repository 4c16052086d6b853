"""Text to vector to nearest: knows texts, ids and numbers, nothing of feedback."""
