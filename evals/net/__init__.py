"""One pooled client for one host, its connections, and what hosts say when they refuse."""
