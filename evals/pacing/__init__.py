"""How fast an account of a host is asked: how many requests at a time, not before when, and how long one may take."""
