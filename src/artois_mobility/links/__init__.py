"""What new links across canals, railways and motorways would bring, each tried on its own."""
