# From a CustomResourceDefinition: the schema of its version v1.

# A member that is named like a keyword is no keyword: members are walked for themselves.
def plain:
  del(.description, .default, ."x-kubernetes-list-type", ."x-kubernetes-list-map-keys", ."x-kubernetes-map-type",
      ."x-kubernetes-validations")
  | if ."x-kubernetes-int-or-string" then {type: ["string", "integer"]} else . end
  | if .properties then .properties |= map_values(plain) | .additionalProperties = false else . end
  | if .items then .items |= plain else . end
  | if (.additionalProperties | type) == "object" then .additionalProperties |= plain else . end;

.spec as $spec
| .spec.versions[] | select(.name == "v1") | .schema.openAPIV3Schema
| plain
| .properties.metadata = {
    type: "object", required: ["name"], additionalProperties: false,
    properties: ({name: {type: "string"}, namespace: {type: "string"}}
      + ({labels: 0, annotations: 0} | map_values({type: "object", additionalProperties: {type: "string"}})))
  }
| .properties.apiVersion = {const: ($spec.group + "/v1")}
| .properties.kind = {const: $spec.names.kind}
| .required = ((.required // []) + ["apiVersion", "kind", "metadata"] | unique)
