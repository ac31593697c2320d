"""What tests share: sending."""
