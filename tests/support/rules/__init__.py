"""What tests share: rules."""
