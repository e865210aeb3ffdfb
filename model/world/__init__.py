"""What is known of the ground: territories, sites, roads, crossings, mines."""
