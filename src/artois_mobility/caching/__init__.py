"""Networks and hierarchies kept between runs, found again by what they were made from."""
