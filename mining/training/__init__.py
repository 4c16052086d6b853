"""How the shipped taggers were trained and how they are measured: ``python -m mining.training --help``."""
