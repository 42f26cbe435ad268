"""What replies take: usage records, prices with their sources, budgets and what is left of them."""
