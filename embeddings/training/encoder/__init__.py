"""The recipe of the shipped encoder: ``python -m embeddings.training.encoder --help``."""
