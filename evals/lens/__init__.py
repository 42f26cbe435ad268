"""The token lens: what a model reads in place of letters, with the boundaries and the route by which they are known.

    tokens    a text cut into tokens, byte by byte
    local     by a tokenizer.json on this machine
    served    by the server that serves the model, as vLLM and llama.cpp tell it
    ranks     by tiktoken's files, where they are present
    draw      the pieces as people see them: straw|berry
    terminal  the same in a terminal, and how many there are

What none of them knows stays unknown: nothing is guessed from another model's tokens.
"""
