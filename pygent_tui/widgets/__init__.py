"""One small widget a file: attributes down, messages up."""
