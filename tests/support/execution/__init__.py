"""What tests share: execution."""
