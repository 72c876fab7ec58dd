# From the OpenAPI document of Kubernetes: one kind, with every type that it reaches.

def reached($definitions):
  [.. | objects | .["$ref"]? | strings | ltrimstr("#/definitions/")] | unique;

def closure($definitions):
  . as $known
  | ([$definitions[.[]] | reached($definitions)[]] + $known | unique) as $all
  | if $all == $known then $all else ($all | closure($definitions)) end;

# IntOrString and Quantity are text for the document; the server takes numbers as well.
def numbers_too:
  if .format == "int-or-string" then {type: ["string", "integer"]} else . end;

# A member that is named like a keyword is no keyword: members are walked for themselves.
def plain:
  del(.description, ."x-kubernetes-group-version-kind", ."x-kubernetes-list-type", ."x-kubernetes-list-map-keys",
      ."x-kubernetes-patch-merge-key", ."x-kubernetes-patch-strategy", ."x-kubernetes-unions",
      ."x-kubernetes-map-type", .default)
  | numbers_too
  | if .properties then
      .properties |= map_values(plain) | .additionalProperties = false
    else . end
  | if .items then .items |= plain else . end
  | if (.additionalProperties | type) == "object" then .additionalProperties |= plain else . end;

.definitions as $definitions
| ([$root] | closure($definitions)) as $names
| ($definitions[$root]["x-kubernetes-group-version-kind"][0]) as $is
| ([$is.group, $is.version] | map(select(. != "")) | join("/")) as $version
| ($definitions
    | with_entries(select(.key as $key | $names | any(. == $key)))
    | map_values(plain)
    | .["io.k8s.apimachinery.pkg.api.resource.Quantity"] |= (if . then {type: ["string", "number"]} else empty end)
  ) as $kept
| $kept[$root]
| .properties.apiVersion = {const: $version}
| .properties.kind = {const: $is.kind}
| .required = ((.required // []) + ["apiVersion", "kind", "metadata"] | unique)
| .definitions = ($kept | del(.[$root]))
