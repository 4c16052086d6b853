"""What goes in and out over HTTP, a file for each kind of thing; unknown fields are refused."""
