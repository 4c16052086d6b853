"""One file per transcript format, behind one sniffer."""
