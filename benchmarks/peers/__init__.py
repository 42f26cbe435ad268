"""The peers on the benchmark's work: files each of them reads, and the command that runs them. See tools/peers_env.sh."""
