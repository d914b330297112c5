"""The dashboard: pages over `imv_core`."""
