"""The arena: models answer the same questions, judges and people say which answer is better, a leaderboard ranks them.

An arena is a folder (`folder`): questions and answers (`answers`), from which pairs are drawn (`pairs`), and an
append-only log (`journal`) of battles (`battle`): what judges, rules and people have said of two answers.
"""
