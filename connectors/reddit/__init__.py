"""Reddit over its API: the connection, the listings, where a sweep stands, and the records that come of it."""
