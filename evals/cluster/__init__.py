"""Clusters: a run whose requests are sent by the workers of a dask cluster, and nothing else of it.

One process plans, limits, retries, judges and writes, exactly as without a cluster; only `provider.reply` happens on
workers. So what holds of a run holds of it on many machines: a reply is on disk before it counts, limits and rates are
those of the whole cluster, and a worker's death is a request that failed and is sent again. Nothing of it is divided or
leased, and no two parts are to be merged.
"""
