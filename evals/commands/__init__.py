"""Commands: one file each; a function whose docstring is its help, and whose heavy imports happen when it is called."""
