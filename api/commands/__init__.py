"""The commands of ``overheard``, by what they do to a workspace."""
