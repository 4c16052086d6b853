"""Examples of requests and responses, from the demo: what the OpenAPI document shows."""
