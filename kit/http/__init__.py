"""The edge to browsers: gate, routes, forms, templates."""
