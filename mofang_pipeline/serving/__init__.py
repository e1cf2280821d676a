"""What readers see: the serving views over the published tables, and which snapshot of the lake is shown to them."""
