"""HTTP in, HTTP out: protocols, endpoints and signatures, driven by botocore's service models."""
