"""The contract as documents: JSON Schema, AsyncAPI 3 and OpenAPI 3.1, made from the types. ``make contract`` writes them."""
