"""What figures state: objects of `imv_core` in, panels out, for pages and reports alike."""
