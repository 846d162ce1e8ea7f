"""What people look at: the page, the maps, the tables and the words, in French and in English."""
