"""Measurements, not part of the program: see docs/benchmarks.md."""
