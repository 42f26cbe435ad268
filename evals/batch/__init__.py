"""Batches: many requests handed to a host at once, at half the price, and collected when they are done.

    run → Batched (a provider, like any other) → Office (gathers, submits) → Watch (waits, hands out)
          both write down in a Ledger (`batches.jsonl`), and go to a Desk (one host's interface)

What is known of a batch is written down before it is waited for, so a process may end at any time: the next one finds the
same requests in the ledger, and collects their batch instead of submitting them again.
"""
