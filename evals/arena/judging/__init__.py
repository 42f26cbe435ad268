"""Judging: models say which of two answers is better, by the ordinary runner, in both orders, canaries among them.

A judge's round is a suite that is written into the arena (`asked`): pairs (`choice`) and canaries (`canaries`), put to it by a
prompt (`rubric`, `shown`); its replies are read (`verdict`) and become battles (`rounds`). A rule (`rule`) needs no model.
"""
