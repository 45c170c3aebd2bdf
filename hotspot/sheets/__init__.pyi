from .target_files import WrittenTargets, write_targets

__all__ = [
    "WrittenTargets",
    "write_targets",
]
