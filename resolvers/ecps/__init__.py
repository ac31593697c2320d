"""ECPs: who registers, how they are verified, found, corrected and erased."""
