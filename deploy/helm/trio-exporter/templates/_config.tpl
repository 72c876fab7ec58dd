{{/*
The targets, each with the files of its secrets, and the volume sources that hold these files:
{targets: […], sources: […], made: {KEY: SECRET}}. `made` is the content of the chart's own Secret.
*/}}
{{- define "trio-exporter.targets" -}}
{{- if not .Values.config.targets -}}
  {{- fail "config.targets: name at least one Trio, such as {name: main, servers: [https://trio.example/te/api]}" -}}
{{- end -}}
{{- $names := list -}}
{{- $targets := list -}}
{{- $sources := list -}}
{{- $made := dict -}}
{{- $folder := "/etc/trio-exporter/credentials" -}}
{{- $own := printf "%s-credentials" (include "trio-exporter.fullname" .) -}}
{{- range $index, $given := .Values.config.targets -}}
  {{- $target := deepCopy $given -}}
  {{- $name := $target.name | default "trio" -}}
  {{- $names = append $names $name -}}
  {{- $entry := index $.Values.credentials $name -}}
  {{- $items := list -}}
  {{- range $key, $value := dict "client_key" "clientKey" "username" "username" "password" "password" -}}
    {{- $file := printf "%s_file" $key -}}
    {{- if not (or (hasKey $target $key) (hasKey $target $file)) -}}
      {{- if not $entry -}}
        {{- fail (printf "credentials: there is no entry for the target %q of config.targets; name the Secret that holds its client key, user name and password" $name) -}}
      {{- end -}}
      {{- $path := printf "%d/%s" $index $key -}}
      {{- if $entry.existingSecret -}}
        {{- $items = append $items (dict "key" (index ($entry.keys | default dict) $value | default $key) "path" $path) -}}
      {{- else -}}
        {{- $_ := set $made (printf "%d-%s" $index $key) (index $entry $value | toString) -}}
        {{- $items = append $items (dict "key" (printf "%d-%s" $index $key) "path" $path) -}}
      {{- end -}}
      {{- $_ := set $target $file (printf "%s/%s" $folder $path) -}}
    {{- end -}}
  {{- end -}}
  {{- if $items -}}
    {{- $sources = append $sources (dict "secret" (dict "name" ($entry.existingSecret | default $own) "items" $items)) -}}
  {{- end -}}
  {{- $targets = append $targets $target -}}
{{- end -}}
{{- range $name, $_ := .Values.credentials -}}
  {{- if not (has $name $names) -}}
    {{- fail (printf "credentials: config.targets has no target called %q; it has %s" $name (join ", " $names)) -}}
  {{- end -}}
{{- end -}}
{{- with .Values.agentHashKey -}}
  {{- if .existingSecret -}}
    {{- $items := list (dict "key" .key "path" "agent_hash_key") -}}
    {{- $sources = append $sources (dict "secret" (dict "name" .existingSecret "items" $items)) -}}
  {{- end -}}
{{- end -}}
{{- dict "targets" $targets "sources" $sources "made" $made | toJson -}}
{{- end -}}

{{/* trio-exporter.yml: the values of `config`, with the files that the chart mounts. */}}
{{- define "trio-exporter.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- $_ := set $config "targets" (include "trio-exporter.targets" . | fromJson).targets -}}
{{- if .Values.agentHashKey.existingSecret -}}
  {{- $agents := $config.agents | default dict -}}
  {{- $_ := set $agents "hash_key_file" "/etc/trio-exporter/credentials/agent_hash_key" -}}
  {{- $_ := set $config "agents" $agents -}}
{{- end -}}
{{- if and .Values.persistence.enabled (not $config.state_file) -}}
  {{- $_ := set $config "state_file" "/var/lib/trio-exporter/trio-exporter.state" -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{- define "trio-exporter.configMap" -}}
trio-exporter.yml: |
  {{- include "trio-exporter.config" . | nindent 2 }}
{{- range $name, $text := .Values.configFiles }}
{{ $name }}: {{ $text | quote }}
{{- end }}
{{- end -}}
