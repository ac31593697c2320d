"""What tests share: factories."""
