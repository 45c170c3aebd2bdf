from .target_files import write_targets

__all__ = [
    "write_targets",
]
