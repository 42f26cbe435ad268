"""The audit: what judges do whatever is shown, whom they favour, with whom they agree, and what canaries do to them.

Habits (`habits`), kin (`kinship`), agreement with people, rules and one another (`agreement`), win rates freed of a judge's errors
(`corrected`), all put together in `document`.
"""
