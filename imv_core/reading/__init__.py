"""From the bytes of any file to columns on a time axis, with a sentence for all that was found."""
