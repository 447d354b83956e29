"""Workspaces to begin with: tiny (every corner), demo (a support team), sized (benchmarks)."""
