"""Where people live and where they go: categories, sites, residents, communes, attachment."""
