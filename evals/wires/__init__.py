"""The interfaces that hosts speak: what of a prompt each of them sends, and how its answers are read."""
