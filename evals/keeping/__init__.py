"""What was answered once: caches, and recordings that are replayed without a host."""
