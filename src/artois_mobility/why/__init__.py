"""Why scenarios do what they do: which change brings what, and which combination is best."""
