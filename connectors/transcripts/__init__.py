"""One file per transcript format, behind one sniffer; ``reading/`` holds what the formats share."""
