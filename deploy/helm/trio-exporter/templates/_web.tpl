{{/* The web configuration that the chart writes; empty if no value needs one. */}}
{{- define "trio-exporter.web" -}}
{{- $web := deepCopy .Values.web.config -}}
{{- if .Values.web.tls.existingSecret -}}
  {{- $files := dict "cert_file" "/etc/trio-exporter/tls/tls.crt" "key_file" "/etc/trio-exporter/tls/tls.key" -}}
  {{- $web = mergeOverwrite (dict "tls_server_config" $files) $web -}}
{{- end -}}
{{- with .Values.web.users -}}
  {{- $_ := set $web "basic_auth_users" . -}}
{{- end -}}
{{- if $web }}{{ toYaml $web }}{{ end -}}
{{- end -}}

{{/*
Access to the web server, as JSON: the Secret with its files ("" if none), the flags that name them,
its scheme, and asksWho: it requires a user or a client certificate.
*/}}
{{- define "trio-exporter.access" -}}
{{- $given := .Values.web.existingSecret -}}
{{- $written := include "trio-exporter.web" . | fromYaml -}}
{{- $agents := ternary $given.agents (not (empty .Values.web.agentsUsers)) (not (empty $given.name)) -}}
{{- $web := or $given.name $written -}}
{{- $tls := ternary $given.tls (hasKey $written "tls_server_config") (not (empty $given.name)) -}}
{{- $auth := ($written.tls_server_config | default dict).client_auth_type | default "NoClientCert" -}}
{{- $users := or $given.name $written.basic_auth_users -}}
{{- $flags := list -}}
{{- if $web }}{{ $flags = append $flags "--web.config.file=/etc/trio-exporter/web/web.yml" }}{{ end -}}
{{- if $agents }}{{ $flags = append $flags "--web.agents-config.file=/etc/trio-exporter/web/agents.yml" }}{{ end -}}
{{- $secret := $given.name | default (ternary (printf "%s-web" (include "trio-exporter.fullname" .)) "" (not (empty $flags))) -}}
{{- dict "secret" $secret "flags" $flags "scheme" (ternary "https" "http" $tls)
      "asksWho" (or (not (empty $users)) (eq $auth "RequireAndVerifyClientCert")) | toJson -}}
{{- end -}}

{{/* The handler of a probe: (dict "root" $ "path" "/-/ready" "question" (list "--ready")) */}}
{{- define "trio-exporter.probe" -}}
{{- $access := include "trio-exporter.access" .root | fromJson -}}
{{- $user := .root.Values.web.probeUser -}}
{{- if not $access.asksWho -}}
httpGet:
  path: {{ .path }}
  port: http
  scheme: {{ upper $access.scheme }}
{{- else if $user.name -}}
{{- $command := list .root.Values.image.binary "healthcheck" (printf "--url=%s://127.0.0.1:10427" $access.scheme) -}}
{{- if eq $access.scheme "https" }}{{ $command = append $command "--insecure" }}{{ end -}}
{{- $command = concat $command .question (list (printf "--user=%s" $user.name) "--password-file=/etc/trio-exporter/probe/password") -}}
exec:
  command:
    {{- toYaml $command | nindent 4 }}
{{- else -}}
tcpSocket:
  port: http
{{- end }}
{{- end -}}
