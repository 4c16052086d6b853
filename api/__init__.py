"""The doors: the command line today, HTTP next."""
