"""Publishing: versions, checks, deliveries, the data dictionary and the report page; what report and publish call."""
