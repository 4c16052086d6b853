"""From what was said to what it means: masking, mentions, labels, the store and the pipeline."""
