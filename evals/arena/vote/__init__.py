"""Blind votes: people see two answers side by side without names, on a page that this machine serves.

What people do is an append-only log (`entries`) in a store (`store`); what follows from it is a fold (`ledger`). A
desk (`desk`) deals pairs (`dealer`), shows them without names (`shown`, `leaks`) and takes votes; `server` puts it on
a port, behind `guard`. `ballots` gives the votes as battles.
"""
