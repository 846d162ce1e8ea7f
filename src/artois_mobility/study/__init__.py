"""Study files, and the comparison of scenarios that they ask for."""
