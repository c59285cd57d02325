// Plain JSON Schema as the schema of a tool or an answer; apart, because it brings a validator.
export { jsonSchema } from '@toolloop/schema/json-schema'
