"""Work over many origins in blocks: on one machine or many, broken off and gone on with."""
