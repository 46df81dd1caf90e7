"""A town under faults: crashes, cuts and lies, planned from a seed, and a judge who compares what each end has kept."""
