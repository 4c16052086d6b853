"""The recipe of the shipped static model: ``python -m embeddings.training --help``."""
